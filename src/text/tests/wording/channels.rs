//! What a person reads about a channel that they connect.

use super::{account, says};
use crate::domain::language::Language::{En, Ko};
use crate::text::channels;

#[test]
fn the_question_whether_to_post_there() {
    says(
        &channels::ask(En, "Mina’s bakes", account(En)),
        &[
            "📢 <b>Post to Mina’s bakes?</b>",
            "Account: <b>Mina’s Bakery</b>",
            "",
            "Posts that you schedule for this channel will go out there, in its name.",
        ],
    );
    says(
        &channels::ask(Ko, "미나 빵집", account(Ko)),
        &[
            "📢 <b>미나 빵집 채널에 글을 올릴까요?</b>",
            "계정: <b>미나 베이커리</b>",
            "",
            "이 채널로 예약한 글이 채널 이름으로 게시돼요.",
        ],
    );
}

#[test]
fn a_channel_that_is_lost() {
    says(
        &channels::lost(En, "Mina’s bakes"),
        &[
            "🔌 <b>Mina’s bakes is disconnected</b>",
            "I may not post in this channel any more: posts that are due there will fail.",
            "",
            "<b>Fix:</b> make me an administrator who may post, and connect it again.",
        ],
    );
    says(
        &channels::lost(Ko, "미나 빵집"),
        &[
            "🔌 <b>미나 빵집 채널의 연결이 끊겼어요</b>",
            "이제 이 채널에 글을 올릴 권한이 없어서, 예약한 글은 게시되지 않아요.",
            "",
            "<b>해결:</b> 저를 글을 올릴 수 있는 관리자로 지정하고 다시 연결해 주세요.",
        ],
    );
}
