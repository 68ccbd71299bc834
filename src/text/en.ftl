# Every word a person reads, in English.
#
# Telegram HTML: only Telegram's tags; variables arrive escaped and shortened. Each language's file has the
# same names with the same variables. A line that may be absent has a name of its own.

-where-to-connect = <b>Settings → Telegram</b>
-press-connect = press <b>Connect</b>

## Words and fragments

language = English
on = on
silent = silent
off = off
and-more = and { $count } more
quoted = “{ $text }”
network = { $id ->
    [facebook] Facebook
    [instagram] Instagram
    [linkedin] LinkedIn
    [telegram] Telegram
    [threads] Threads
    [tiktok] TikTok
    [x] X
    [youtube] YouTube
   *[other] { $name }
}
reason = { $code ->
    [ambiguous] no answer from Telegram
    [batched] gathered
    [blocked] blocked
    [chat_not_found] chat not found
    [chat_switched] chat connected to another account
    [deactivated] Telegram account deleted
    [limited] limited by Telegram
    [muted] muted
    [handled] already looked after
    [no_rights] may not write there
    [nothing_to_edit] nothing to edit
    [nothing_to_tell] nothing to tell
    [over] over
    [paused] sending paused
    [place_removed] group removed
    [quiet_hours] quiet hours
    [refused] refused by Telegram
    [stopped] broadcast stopped
    [stuck] stuck
    [switched_off] switched off
    [unknown_account] unknown account
    [unlinked] disconnected
    [unreachable] chat unreachable
    [unreadable] unreadable
    [unsendable] unsendable
   *[other] { $name }
}
reason-count = { $why } { $count }
# A CLDR date pattern: Sunday, Nov 22.
day-pattern = EEEE, MMM d
age-seconds = { $count } s
age-minutes = { $count } min
age-hours = { $count } h
age-days = { $count } d
time-in-zone = { $time } ({ $zone })
zone-assumed = { $zone } (not set)
quiet-hours = { $from }–{ $until }

## Linking

hello =
    👋 <b>Hi, { $name }!</b>
    I tell you when your scheduled posts go out or fail, and send a short daily digest.

    To start, connect your account:
hello-open-web = 1. Open { -where-to-connect } on the web
hello-open-button = 1. Open { -where-to-connect } with the button below
hello-connect = 2. Press <b>Connect</b> — you’ll come straight back here

link-ask-connect = 🔗 <b>Connect this chat?</b>
link-ask-switch = 🔁 <b>Switch account?</b>
link-ask-move = 🔁 <b>Move notifications here?</b>
link-account = Account: <b>{ $account }</b>
link-account-email = Account: <b>{ $account }</b> ({ $email })
link-chat = This chat: { $chat }
link-now = Now: <b>{ $account }</b>
link-new = New: <b>{ $account }</b>
link-new-email = New: <b>{ $account }</b> ({ $email })
link-readers = Anyone who can read this chat will see this account’s notifications.
link-stops-here = Notifications for { $account } will stop here.
link-stops-elsewhere = Another chat gets the notifications for { $account } now; they will stop there.

linked = ✅ <b>Connected to { $account }</b>
linked-failed = 🔔 Failed posts: right away
linked-digest = 📰 Daily digest: { $digest }
linked-quiet = 🌙 Quiet hours: { $quiet }
linked-no-zone = 🌍 Your time zone isn’t set yet, so quiet hours stay off.
linked-more = Change anything in /settings

token-bad =
    ⌛ <b>This link no longer works</b>
    Links can be used once, within 10 minutes.

    Get a new one from { -where-to-connect } on the web.
already-linked = ✅ This chat is already connected to <b>{ $account }</b>.
link-cancelled = 👌 Nothing has changed.
moved-away =
    ↪️ <b>Notifications moved to another chat</b>
    { $account } was connected there, so they stop here.

    If it wasn’t you, connect this chat again in { -where-to-connect } on the web.

unlink-ask =
    <b>Disconnect { $account }?</b>
    Notifications and digests stop. Your posts stay scheduled.
unlinked = Disconnected. Your settings are kept for 30 days in case you come back.
unlink-kept = 👌 <b>{ $account }</b> stays connected.
not-linked =
    🔌 <b>Connect an account first</b>
    Open { -where-to-connect } on the web and { -press-connect }.
back = 👋 Welcome back! <b>{ $account }</b> is still connected.
back-missed = { $missed ->
    [one] You missed { $missed } notice while I was blocked — /status shows where things stand.
   *[other] You missed { $missed } notices while I was blocked — /status shows where things stand.
}

## Places

group =
    👋 I can send an account’s notices to this group.
    An administrator connects it from { -where-to-connect } on the web. All else is for our private chat.
place-token-bad =
    ⌛ <b>This link doesn’t work here</b>
    An administrator of this group can use a new one for groups, once, within 10 minutes.
    A link of your own works in our private chat.
place-ask-group = 📣 <b>Send { $account }’s notices to this group?</b>
place-ask-topic = 📣 <b>Send { $account }’s notices to this topic?</b>
place-readers = Everyone here will read which posts went out or failed.
place-not-linked =
    🔌 <b>Connect your own chat first</b>
    Then get a new link for the group from { -where-to-connect } on the web.
place-too-many =
    ✋ <b>That account has enough groups</b>
    Remove one in /settings of our private chat first.
place-connected =
    ✅ <b>{ $account }’s notices come here now</b>
    /unlink stops them.
place-already = ✅ <b>{ $account }</b>’s notices come here already.
place-status = 📣 <b>Notices that come here</b>
place-status-stop = /unlink stops them.
place-none = 🔕 No account’s notices come here.
place-stop-ask = 🔕 <b>Whose notices should stop here?</b>
place-stop-button = Stop { $account }
place-stopped = 🔕 <b>Those notices don’t come here any more.</b>
place-resumed = 🔔 <b>I’m back.</b> Notices come here again from:
place-from = 👤 { $account }
place-lost =
    🔌 <b>{ $title } is out of reach</b>
    I was removed from it, or it is gone: your notices don’t go there now. They will once I’m back in it.
place-new = 📣 <b>Your notices now also go to { $title }</b>
place-removed = 🔕 <b>Your notices don’t go to { $title } any more</b>
place-by = Changed there by { $name }.
place-remove = /settings removes it again.
channel-ask =
    📢 <b>Post to { $title }?</b>
    Account: <b>{ $account }</b>

    Posts that you schedule for this channel will go out there, in its name.
channel-not-linked =
    📢 <b>I may post in { $title } now</b>
    Connect your account to this chat first: open <b>Settings → Telegram</b> on the web. Then make me an administrator of the channel again.
channel-connected =
    ✅ <b>{ $title } is connected</b>
    { $account } can post there now: choose it in /new or on the web.

    To disconnect it, remove me from the channel.
channel-no-rights =
    🚫 <b>Not connected</b>
    Both of us have to be administrators of the channel who may post. Give us that right, then make me an administrator again.
channel-too-many =
    🚫 <b>Not connected</b>
    Your account has 10 channels already. Remove me from one of them first.
channel-kept = The channel was not connected.
channel-lost =
    🔌 <b>{ $title } is disconnected</b>
    I may not post in this channel any more: posts that are due there will fail.

    <b>Fix:</b> make me an administrator who may post, and connect it again.
place-list =
    👥 <b>Groups</b>
    Your notices also go to these. Tap one to remove it.
place-list-none =
    👥 <b>Groups</b>
    No group gets your notices any more.
choose-places = 👥 Groups
remove-place = ✖️ { $title }
remove-lost-place = ✖️ ⚠️ { $title }

## Status

status-connected = <b>{ $account }</b> · connected ✅
status-paused = <b>{ $account }</b> · paused ⏸
status-resume = Nothing is sent to this chat now. /start turns it on again.
status-today = <b>Today</b>  { $counts }
status-published = { $count } published
status-failed-count = { $count } failed
status-to-go = { $count } to go
status-next = <b>Next</b>  { $details }
status-failed = <b>Failed</b>  { $details }
status-digest = 📰 Digest { $digest }
status-quiet = 🌙 { $quiet }
status-unlinked =
    🔌 <b>This chat isn’t connected</b>
    No account sends its notifications here.

    To connect one, open { -where-to-connect } on the web and { -press-connect }.

## Posts

posts = 🗓 <b>Scheduled posts</b> · { $count }
posts-none =
    🗓 <b>Nothing is scheduled</b>
    What you schedule on the web shows up here.
posts-item = { $number }. { $item }
posts-page = Page { $page } of { $pages }
post-scheduled = 🗓 <b>Scheduled · { $network }</b>
post-goes-out = Goes out { $time }
post-going-out = ⏳ <b>Going out now · { $network }</b>
post-awaits = 📝 <b>Waiting for your yes · { $network }</b>
post-approved = ✅ <b>Approved · { $network }</b>
post-rejected = ✖ <b>Rejected · { $network }</b>
post-cancelled = 🚫 <b>Cancelled · { $network }</b>
post-failed-again = ❌ <b>Failed again · { $network }</b>
post-newer-notice = A newer message says more.
retrying = 🔄 Retrying { $network }…

## Writing a post

new-text =
    ✍️ <b>New post</b>
    Send me its text, a picture or a video, or forward a message. Words go out as plain text, just as you send them.
new-only-text-or-media =
    🖼 <b>I can take text, one picture or one video here</b>
    Send one of these; words below a picture or video go out with it.
new-no-media =
    🖼 <b>None of your networks can take this from here</b>
    They fetch pictures and videos from an address: schedule it on the web, or send me the words alone.
new-preview-below = 👇 This is how it will look.
new-networks-without-media = Only Telegram can take a picture or video that was sent here.
new-networks = 📡 <b>Where should it go?</b>
new-networks-how = Pick one or more, then press <b>Next</b>.
new-use-buttons = 👇 Please use the buttons below.
new-no-networks =
    📭 <b>There is nowhere to post to yet</b>
    Make me an administrator of a Telegram channel of yours, or ask whoever runs this service to add networks.
new-review = 👆 <b>This is how it will look. Shall I?</b>
new-does-not-fit = ✂️ <b>This does not fit yet</b>
new-to = 📡 { $networks }
new-at = 🕒 { $time }
new-at-once = 🕒 At once
new-more-networks = { $count } more
new-too-long = ⚠️ { $network } takes { $limit } characters at most; these are { $length }.
new-again = ⚠️ The same text goes or went to { $networks } within a week.
new-scheduled = ✅ <b>Scheduled</b>
new-going-out = ⏳ <b>Going out now</b>
new-more = /posts shows what is scheduled.
new-dropped =
    🗑 <b>Draft thrown away</b>
    Nothing was scheduled.
choose-chosen = ✅ { $choice }
choose-not-chosen = ◻️ { $choice }
choose-next = Next »
choose-at-once = Now
choose-post-now = ✅ Post now
choose-schedule = ✅ Schedule
choose-text = ✏️ Text
choose-networks = 📡 Networks
choose-time = 🕒 Time
choose-drop = Throw away

## When

when = 🕒 <b>When should it go out?</b>
when-not-understood = 🤔 <b>I can’t read that as a time</b>
when-no-time-of-day = 🤔 <b>At what time of that day?</b>
when-past = ⌛ <b>That time is over</b>
when-too-far = 📆 <b>That is more than a year ahead</b>
when-examples = Pick one, or send a time: “18:30”, “tomorrow 9:00”, “fri 6 pm”, “1 Dec 9:00”, “in 2 hours”.
choose-in-an-hour = In 1 hour
choose-this-evening = Today, { $time }
choose-tomorrow = Tomorrow, { $time }

## Digest

digest = 📰 <b>{ $day }</b> · { $account }
digest-published = { $count ->
    [one] ✅ <b>{ $count }</b> post published
   *[other] ✅ <b>{ $count }</b> posts published
}
digest-failed = ❌ <b>{ $count }</b> failed
digest-cause = { $network }: { $why }
digest-causes = { $network }: { $why } (×{ $count })
digest-coming-up = 🗓 <b>{ $count }</b> coming up today
digest-item = • { $item }
digest-post = { $time } { $network }
digest-nothing = 🌿 Nothing new, and nothing is coming up today.
digest-week = 📊 <b>Last week</b>  { $counts }
digest-week-unconfirmed = { $count } not sure

# On the picture, without markup.
week-title = Last week · { $days }
week-published = Published · { $count }
week-failed = Failed · { $count }
week-unconfirmed = Not sure · { $count }
week-empty = No posts last week

## Several events in one message

while-away = 👋 <b>While I was away</b>
catch-up = 📬 <b>While it was quiet</b>
carried-unconfirmed = { $count ->
    [one] ❔ <b>1</b> post may or may not be out: please look
   *[other] ❔ <b>{ $count }</b> posts may or may not be out: please look
}
carried-automations = { $count ->
    [one] ⚙️ <b>1</b> automation ran
   *[other] ⚙️ <b>{ $count }</b> automations ran
}
carried-announcements = { $count ->
    [one] 📣 <b>1</b> announcement
   *[other] 📣 <b>{ $count }</b> announcements
}

## Settings

settings = ⚙️ <b>Settings</b>
settings-digest-on = 📰 Digest: on, { $time }
settings-digest-off = 📰 Digest: off
settings-when-empty = also when nothing happened
settings-muted = 🔕 <b>Muted until { $time }</b>
settings-kinds = 🔔 Published: { $published } · Failed: { $failed } · Automations: { $automation }
settings-batched = { $how }, every { $minutes } min
settings-quiet = 🌙 Quiet hours: { $quiet }
settings-quiet-waits = 🌙 Quiet hours: { $quiet }, once your time zone is set
settings-zone = 🌍 Time zone: { $zone } (now { $time })
settings-language = 🗣 Language: <b>{ $language }</b>
hour-question =
    📰 <b>When should the digest come?</b>
    Pick an hour of your day.
notifications-question =
    🔔 <b>Which notifications do you want?</b>
    Tap one to change it: on, silent, off. Published posts can come gathered in one message.
quiet-question =
    🌙 <b>When should it be quiet?</b>
    Quiet hours: { $quiet }
    Failed posts still arrive, without a sound. The rest waits until the end.
quiet-from-question =
    🌙 <b>Quiet from when?</b>
    Pick an hour of your day.
quiet-until-question =
    🌙 <b>Quiet from { $from } until when?</b>
    Pick an hour of your day.
zone-question =
    🌍 <b>Which time is it for you?</b>
    Pick a city, or send one (“Busan”).
zone-not-found =
    🌍 <b>I don’t know “{ $words }”</b>
    Send a larger city nearby (“Busan”), a zone (“Asia/Seoul”), or pick one.
choose-digest-on = 📰 Turn the digest on
choose-digest-off = 📰 Turn the digest off
choose-when-empty = Also when nothing happened
choose-not-when-empty = Only when something happened
choose-hour = 🕘 Change the hour
choose-zone = 🌍 Change the time zone
choose-notifications = 🔔 Notifications
choose-published = Published: { $how }
choose-failed = Failed: { $how }
choose-unconfirmed = Not sure: { $how }
choose-automation = Automations: { $how }
choose-announcement = Announcements: { $how }
choose-batch-off = At once
choose-batch = Every { $minutes } min
choose-quiet = 🌙 Quiet hours
choose-quiet-off = No quiet hours
choose-quiet-other = Other hours
choose-unmute = 🔔 Unmute
choose-back = « Back

## Notifications

published = ✅ <b>Published · { $network }</b>
published-link = <a href="{ $url }">See it on { $network }</a>
failed = ❌ <b>Post failed · { $network }</b>
scheduled-for = Scheduled for { $time }
failures = ❌ <b>{ $count ->
    [one] 1 post failed
   *[other] { $count } posts failed
} · { $network }</b>
failures-over = 👌 <b>{ $network }: all of it was looked after</b>
failures-item = { $mark } { $item }
failures-item-out = { $mark } { $item } · <a href="{ $url }">see it</a>
failures-below = A newer message lists it with others.
why = <b>Why:</b> { $why }
why-unknown = <b>Why:</b> { $network } gave no reason.
fix = <b>Fix:</b> { $fix }
login-expired-short = login expired
login-expired = { $network } asks you to log in again.
login-expired-fix = connect { $network } again, then retry.
bot-not-admin-short = the bot may not post
bot-not-admin = the bot may not post on { $network }.
bot-not-admin-fix = make the bot an administrator of { $network } that may post, then retry.
channel-not-found-short = channel not found
channel-not-found = Telegram does not know the channel of { $network }.
channel-not-found-fix = add the bot to the channel of { $network } as an administrator, then retry.
channel-disconnected-short = not connected any more
channel-disconnected = { $network } is not connected any more.
channel-disconnected-fix = make me an administrator of { $network } who may post, connect it again, then retry.
topic-gone-short = topic closed or deleted
topic-gone = the topic of { $network } is closed or deleted.
topic-gone-fix = open it again, or schedule the post for another topic of { $network }.
media-unreachable-short = picture or video not found
media-unreachable = { $network } could not fetch the picture or video.
media-unreachable-fix = check that its address opens in a browser, then retry on { $network }.
media-rejected-short = picture or video not accepted
media-rejected = { $network } can’t show the picture or video.
media-rejected-fix = use another format or a smaller file for { $network }.
text-too-long-short = text too long
text-too-long = the text is too long for { $network }.
text-too-long-fix = shorten it and schedule it for { $network } again.
text-rejected-short = text not accepted
text-rejected = { $network } does not take this text.
text-rejected-fix = change it and schedule it for { $network } again.
duplicate-short = already posted
duplicate = { $network } has the same post already.
duplicate-fix = change the text if it should go out on { $network } again.
rate-limited-short = too many posts for now
rate-limited = { $network } takes no more posts for now.
rate-limited-fix = retry on { $network } a little later.
connector-unreachable-short = not reachable
connector-unreachable = { $network } could not be reached.
connector-unreachable-fix = retry a little later. If { $network } fails again, tell whoever runs the service.
connector-refused-short = address not allowed
connector-refused = { $network } is set up with an address that posts are not sent to.
connector-refused-fix = ask whoever runs the service to check the address of { $network }.
refused-short = post refused
refused = { $network } refused the post.
refused-fix = check the post and the connection to { $network }, then retry.
late-post = 🕰 <b>Late · { $network }</b>
late-posts = { $count ->
    [one] 🕰 <b>{ $count } post is late</b>
   *[other] 🕰 <b>{ $count } posts are late</b>
}
late-since = It should have gone out { $time }.
late-question = { $count ->
    [one] Publish it now?
   *[other] Publish them now?
}
late-published = { $count ->
    [one] ⏳ <b>{ $count } post goes out now</b>
   *[other] ⏳ <b>{ $count } posts go out now</b>
}
late-cancelled = { $count ->
    [one] 🚫 <b>{ $count } post cancelled</b>
   *[other] 🚫 <b>{ $count } posts cancelled</b>
}
late-settled = ✅ This was settled already.
reference = <blockquote expandable>ref { $reference }</blockquote>
unconfirmed = ⚠️ <b>Not sure it went out · { $network }</b>
unconfirmed-why = <b>Why:</b> the answer from { $network } never arrived.
unconfirmed-fix = <b>Fix:</b> look there before you post it again.
approval-asked = 📝 <b>May this go out? · { $network }</b>
approval-reminder = ⏰ <b>Still waiting for your yes · { $network }</b>
approval-preview = <blockquote>{ $text }</blockquote>
approval-media = 🖼 <a href="{ $url }">What it shows</a>
approval-how = Without your yes it does not go out.
approval-missed = 🚫 <b>Not posted · { $network }</b>
approval-missed-why = <b>Why:</b> nobody approved it before its time.
approval-missed-fix = <b>Fix:</b> schedule it again if it should still go out.
automation = ⚙️ <b>Automation ran</b>
automation-summary = { $text }
announcement =
    📣 <b>Announcement</b>

    { $text }
test =
    🔔 <b>Test notification</b>
    If you can read this, notifications work.
    Sent { $time }
test-queued =
    ⏳ <b>Test on its way</b>
    It is waiting its turn and will arrive in this chat.

## Answers

help = <b>What I can do</b>
help-command = /{ $command } – { $description }
help-admins = Admins: { $commands }
help-support = Trouble? { $contact }
unknown-command = I don’t know that command. Try /help
plain-text = 🤖 I only understand commands.
edited = ✏️ I read each message once, when it comes. Please send it again as a new one.
too-much = 🐢 That’s more than I can read at once. I’ll read on in a minute.
busy =
    ⚠️ <b>Something went wrong on my side</b>
    Please try again in a minute.
toast-done = Done ✅
toast-expired = This button no longer works
toast-handled = Already taken care of
toast-not-yours = This button isn’t yours
toast-muted = Muted until { $time }
toast-later = That didn’t work. Please try again in a minute

## Buttons

button-all-jobs = All jobs
button-approve = ✅ Approve
button-back-to-posts = « Posts
button-cancel = Cancel
button-cancel-post = Cancel
button-connect = ✅ Connect
button-dead-letters = Dead letters
button-disconnect = Disconnect
button-deeds = Admin actions
button-get-new-link = Get new link
button-jobs = Jobs
button-keep = Keep
button-mute = Mute 1 h
button-move = 🕒 Move
button-move-here = Move here
button-next-page = ▶
button-open-calendar = Open calendar
button-open-post = Open post
button-open-private-chat = Open private chat
button-open-settings = Open settings
button-post-number = { $number }
button-publish-again = Publish again
button-post-now = Post now
button-previous-page = ◀
button-reconnect = Reconnect { $network }
button-refresh = Refresh
button-reject = ✖ Reject
button-resend = 🔄 { $id }
button-retry-all = 🔄 Retry all
button-retry-failed = Retry failed
button-retry-now = 🔄 Retry now
button-queue = Queue
button-resume = ▶️ Resume
button-run = Run a job
button-run-job = ▶️ { $job }
button-send = Send
button-send-test = Send a test
button-set-time-zone = Set my time zone
button-settings = Settings
button-share = Share
button-stats = Stats
button-stop = ⏹ Stop
button-switch = Switch
button-went-out = It went out
button-test-to-me = Test to me

## Menus

command-start = say hello, connect this chat
command-status = today at a glance
command-posts = what is scheduled
command-new = write a post
command-settings = notifications, quiet hours, language
command-digest = your digest, now
command-test = send a test notification
command-unlink = disconnect this chat
command-help = what I can do
command-stats = chats, sending and updates of the last 24 hours
command-queue = what waits to be sent
command-failed = what could not be delivered
command-resend = send one of these again
command-jobs = how the timetable does
command-run = run a job now
command-broadcast = tell everybody something
command-invite = a link for somebody’s account
command-pause = hold all messages to people
command-resume = send messages to people again
bot-description =
    I tell you when your scheduled posts go out or fail, and send a short daily digest.

    Press Start, then connect your account in Settings → Telegram on the web.
bot-short-description = Tells you when your scheduled posts go out or fail.

## Admins

stats = <b>Stats</b> · 24 h
stats-linked = Linked chats { $linked } (+{ $new }) · blocked { $blocked }
stats-sent = Sent { $count }
stats-failed = failed { $count }
stats-p95 = p95 { $time }
stats-jobs = Jobs ok { $ok } · late { $late } · failed { $failed } → /jobs
stats-queue = Queue { $count }
stats-poll = last poll { $age } ago
queue = <b>Queue</b>
queue-waiting = Pending { $pending } · sending { $sending } · held { $held }
queue-held = Held: { $reasons }
queue-dead = Dead in 24 h { $count }
queue-dead-because = Dead: { $reasons }
queue-oldest = Oldest has waited { $age }
queue-problem = ⚠️ <b>Nothing can be sent:</b> { $why }
dead-letters = 📭 <b>Dead letters</b> · { $count }
dead-letters-none = 📭 <b>No dead letters</b>
dead-letter = <code>{ $id }</code> { $account } · { $kind } · { $why } · { $age } ago
resend-which =
    🔄 <b>Send which one again?</b>
    /failed shows their numbers.
resend-unknown = 🤔 There is no notification { $id }.
resend-sent = ✅ <b>{ $id } is sent</b>
resend-waits = ⏳ <b>{ $id } is on its way</b>
resend-died = ❌ <b>{ $id } failed again:</b> { $why }
resend-cancelled = 🚫 <b>{ $id } was cancelled:</b> { $why }
resend-not-linked = 🔌 <b>{ $id } stays here:</b> { $account } is not connected to a chat.
resend-unreachable = 🔌 <b>{ $id } stays here:</b> the chat of { $account } can’t be reached ({ $why }).
paused = ⏸ <b>Sending is paused</b> since { $time } · { $who }
paused-what =
    What happens now waits and is told afterwards. Replies and posts go on.
    /resume sends messages to people again.
resumed = ▶️ <b>Sending goes on</b> after { $age }
not-paused = ▶️ <b>Sending is not paused</b>
invitation = 🔗 <b>A link for { $account }</b>
invitation-link =
    { $link }
    Send it on: it connects one chat, once, within 10 minutes.
invitation-moves = The account is connected to a chat already: the link offers to move it.
invite-how =
    🔗 <b>Who do you want to invite?</b>
    Name the account as the platform calls it, and how it is to be shown:
    <code>/invite alice Mina’s Bakery</code>
broadcast-asks =
    📣 <b>What should everybody read?</b>
    Send it as your next message. You see a preview before anybody else does.
broadcast-too-long = 📣 <b>That is { $over } characters too long</b>
broadcast-to-nobody = 📣 <b>There is nobody to tell:</b> no chat within reach wants announcements.
broadcast-cancelled = 📣 <b>This broadcast was not sent</b>
broadcast-outdated = ⌛ <b>This preview is too old</b>. Send /broadcast again.
broadcast-preview = 📣 <b>Broadcast preview</b> → { $count ->
    [one] { $count } chat
   *[other] { $count } chats
} ({ $languages })
broadcast-in-language = { $code } { $count }
broadcast-takes = about { $age }
broadcast-text = <blockquote>{ $text }</blockquote>
broadcast-sending = 📣 <b>Sending</b> · { $sent } of { $audience }
broadcast-paused = ⏸ <b>Sending is paused</b> · { $sent } of { $audience }
broadcast-stopped = ⏹ <b>Stopped</b> · sent to { $sent } of { $audience }
broadcast-done = ✅ <b>Sent to { $sent }</b> of { $audience }
broadcast-later = Later { $count }
broadcast-failed = Not reached { $count }
broadcast-switched-off = Switched off { $count }
alert = 🚨 <b>{ $title }</b>
alert-title = { $kind ->
    [job_fails] { $job } failed twice
    [backup_fails] The database was not backed up
    [queue_waits] Notifications are stuck
    [token_refused] Telegram refuses the bot token
    [second_poller] Another program fetches this bot’s updates
    [disk_low] The disk is nearly full
   *[other] Trouble
}
alert-fix = { $kind ->
    [job_fails] <b>Fix:</b> /jobs shows how it does, /run tries it again.
    [backup_fails] <b>Fix:</b> make room for the backup, then /run backup_database
    [queue_waits] <b>Fix:</b> /queue shows what holds them up.
    [token_refused] <b>Fix:</b> set the token that @BotFather shows.
    [second_poller] <b>Fix:</b> stop the other program, or remove its webhook.
    [disk_low] <b>Fix:</b> make room where the database is.
   *[other] <b>Fix:</b> look into the log.
}
alert-disk-free = { $mib } MiB are free
alert-since = Since { $time }
alert-over = ✅ <b>Over:</b> { $title } · lasted { $age }
audit = 🗒 <b>What admins did</b>
audit-none = 🗒 <b>No admin has done anything yet</b>
audit-deed = { $what } · { $who } · { $age } ago
audit-what = { $action ->
    [run_job] ran { $subject }
    [resend] sent { $subject } again
    [invite] invited { $subject }
    [broadcast] sent broadcast { $subject }
    [stop_broadcast] stopped broadcast { $subject }
    [erase] erased an account
    [pause] paused sending
    [resume] resumed sending
   *[other] { $name } { $subject }
}
jobs = <b>Jobs</b>
jobs-well = ✅ <code>{ $job }</code>
jobs-failed = ❌ <code>{ $job }</code>
jobs-running = ▶️ <code>{ $job }</code>
jobs-never = 🕓 <code>{ $job }</code>
jobs-ago = { $age } ago
jobs-next = next { $time }
run-which = ▶️ <b>Run which job?</b>
run-unknown = 🤔 There is no job called { $job }.
run-waits =
    ⏳ <b>{ $job } will run</b>
    It waits for its earlier run to end.
run-runs = ▶️ <b>{ $job } is running</b>
run-done = ✅ <b>{ $job } is done</b>
run-items = Items { $items } · took { $time }
run-failed = ❌ <b>{ $job } failed</b>
run-forgotten = 🗑 This run of { $job } is no longer in the history.
