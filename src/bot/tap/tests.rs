//! What buttons carry: it fits, comes back as it was, and what is forged is no tap.

use super::*;

#[test]
fn every_tap_is_read_back_and_fits_into_callback_data() {
    let consents = [(false, false), (true, false), (false, true), (true, true)];
    let links = consents.map(|(switch_account, move_chat)| Tap::Link {
        token: LinkToken::generate(),
        consent: Consent { switch_account, move_chat },
        language: Language::Ko,
    });
    let others = [
        Tap::ConnectPlace { token: LinkToken::generate() },
        Tap::StopPlace(i64::MAX),
        Tap::KeepPlaces,
        Tap::ConnectChannel { chat_id: i64::MIN, account_tag: account_tag("alice") },
        Tap::LeaveChannel,
        Tap::KeepLinks { language: Language::En },
        Tap::StayLinked,
        Tap::RefreshStatus,
        Tap::RetryFailed,
        Tap::OpenSettings,
        Tap::AskZone,
        Tap::Mute,
        Tap::Unlink { account_tag: account_tag("alice") },
        Tap::Posts { page: 0 },
        Tap::Posts { page: u32::MAX },
        Tap::Stats,
        Tap::Queue,
        Tap::Deeds,
        Tap::Resume,
        Tap::SendBroadcast(i64::MAX),
        Tap::TestBroadcast(1),
        Tap::CancelBroadcast(2),
        Tap::StopBroadcast(3),
        Tap::PostCard { id: i64::MAX, page: u32::MAX },
        Tap::Post(PostTap::PublishAgain(i64::MAX)),
        Tap::DeadLetters,
        Tap::Resend(i64::MAX),
        Tap::Jobs,
        Tap::ChooseJob,
    ];
    let settings =
        settings::every_tap().into_iter().map(|tap| Tap::Settings { account_tag: account_tag("alice"), tap });
    let drafts = draft::every_tap().into_iter().map(|tap| Tap::Draft { tag: "0123abcd".into(), tap });
    let jobs = Job::ALL.into_iter().flat_map(|job| [Tap::RunJob(job), Tap::ShowRun { job, id: i64::MAX }]);
    let times = Preset::ALL.map(|preset| Tap::MovePost { id: i64::MAX, preset });
    for tap in links.into_iter().chain(times).chain(others).chain(jobs).chain(settings).chain(drafts) {
        let data = tap.to_data();
        assert!(data.len() <= 64, "{data} is too long for Telegram");
        assert_eq!(Tap::of_data(&data), Some(tap));
    }
}

#[test]
fn forged_and_foreign_data_is_no_tap() {
    for data in [
        "",
        "link",
        "link:",
        "link:x:abc",
        "link:no",
        "link:no:tlh",
        "link:no:en:more",
        "link:-:en:short",
        "place:",
        "place:short",
        "stop:",
        "stop:0",
        "stop:all",
        "chan:",
        "chan:-7",
        "chan:-7:short",
        "chan:7:0123456789abcdef",
        "unlink:",
        "unlink:abc",
        "retry:1",
        "status:1",
        "posts:",
        "posts:-1",
        "posts:4294967296",
        "stats:1",
        "resume:",
        "bc:",
        "bc:send",
        "bc:send:0",
        "bc:stop:-1",
        "bc:all:1",
        "card:1",
        "card:0:0",
        "card:1:-1",
        "post:burn:1",
        "dead:",
        "dead:-1",
        "dead:all",
        "dead:99999999999999999999",
        "run:",
        "run:drop_database",
        "ran:1",
        "ran:x:purge_expired",
        "settings:1",
        "set:",
        "set:0123456789abcdef",
        "set:0123456789abcdef:",
        "mute:",
        "mute:100",
        "set:short:show",
        "time:1",
        "time:0:hour",
        "time:1:never",
    ] {
        assert_eq!(Tap::of_data(data), None, "{data:?}");
    }
}
