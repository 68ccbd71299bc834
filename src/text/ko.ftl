# 사람이 읽는 모든 말, 한국어.
#
# 이름과 변수는 en.ftl과 같아야 해요. 변수 뒤에는 받침에 따라 달라지는 조사(은/는, 이/가, 을/를)를 붙이지 않아요.

-where-to-connect = <b>설정 → 텔레그램</b>
-press-connect = <b>연결하기</b>를 눌러

## Words and fragments

language = 한국어
on = 켜짐
silent = 소리 없이
off = 꺼짐
and-more = 외 { $count }건
quoted = “{ $text }”
network = { $id ->
    [facebook] 페이스북
    [instagram] 인스타그램
    [linkedin] 링크드인
    [telegram] 텔레그램
    [threads] 스레드
    [tiktok] 틱톡
    [x] X
    [youtube] 유튜브
   *[other] { $name }
}
reason = { $code ->
    [ambiguous] 텔레그램 응답 없음
    [batched] 모아 보내기
    [blocked] 차단
    [chat_not_found] 대화 없음
    [chat_switched] 다른 계정에 연결된 대화
    [deactivated] 삭제된 텔레그램 계정
    [limited] 텔레그램 제한
    [muted] 알림 꺼짐
    [handled] 이미 처리됨
    [no_rights] 쓰기 권한 없음
    [nothing_to_edit] 고칠 메시지 없음
    [nothing_to_tell] 전할 소식 없음
    [over] 해결됨
    [paused] 전송 멈춤
    [place_removed] 그룹 제거
    [quiet_hours] 방해 금지 시간
    [refused] 텔레그램 거부
    [stopped] 공지 중단
    [stuck] 처리 중 멈춤
    [switched_off] 꺼진 알림
    [unknown_account] 모르는 계정
    [unlinked] 연결 끊김
    [unreachable] 보낼 수 없는 대화
    [unreadable] 읽을 수 없는 알림
    [unsendable] 보낼 수 없는 내용
   *[other] { $name }
}
reason-count = { $why } { $count }
# CLDR 날짜 패턴: 11월 22일 (일)
day-pattern = MMM d일 (E)
age-seconds = { $count }초
age-minutes = { $count }분
age-hours = { $count }시간
age-days = { $count }일
time-in-zone = { $time } ({ $zone })
zone-assumed = { $zone } (미설정)
quiet-hours = { $from }–{ $until }

## Linking

hello =
    👋 <b>{ $name }님, 안녕하세요!</b>
    예약한 글이 게시되거나 실패하면 알려 드리고, 매일 짧은 요약을 보내 드려요.

    먼저 계정을 연결해 주세요.
hello-open-web = 1. 웹에서 { -where-to-connect }을 열고
hello-open-button = 1. 아래 버튼으로 { -where-to-connect }을 열고
hello-connect = 2. <b>연결하기</b>를 누르면 이 대화로 돌아와요

link-ask-connect = 🔗 <b>이 대화를 연결할까요?</b>
link-ask-switch = 🔁 <b>연결 계정을 바꿀까요?</b>
link-ask-move = 🔁 <b>알림을 이 대화로 옮길까요?</b>
link-account = 계정: <b>{ $account }</b>
link-account-email = 계정: <b>{ $account }</b> ({ $email })
link-chat = 이 대화: { $chat }
link-now = 현재: <b>{ $account }</b>
link-new = 변경: <b>{ $account }</b>
link-new-email = 변경: <b>{ $account }</b> ({ $email })
link-readers = 이 대화를 볼 수 있는 사람은 계정 알림을 모두 보게 돼요.
link-stops-here = 이 대화로 오던 { $account } 알림은 멈춰요.
link-stops-elsewhere = 지금 다른 대화로 가고 있는 { $account } 알림은 그곳에서 멈춰요.

linked = ✅ <b>{ $account }에 연결됐어요</b>
linked-failed = 🔔 게시 실패: 바로 알림
linked-digest = 📰 매일 요약: { $digest }
linked-quiet = 🌙 방해 금지: { $quiet }
linked-no-zone = 🌍 아직 시간대를 정하지 않아서 방해 금지는 꺼져 있어요.
linked-more = 바꾸려면 /settings

token-bad =
    ⌛ <b>사용할 수 없는 링크예요</b>
    링크는 10분 안에 한 번만 쓸 수 있어요.

    웹의 { -where-to-connect }에서 새 링크를 받아 주세요.
already-linked = ✅ 이 대화는 이미 <b>{ $account }</b>에 연결돼 있어요.
link-cancelled = 👌 바뀐 것은 없어요.
moved-away =
    ↪️ <b>알림이 다른 대화로 옮겨졌어요</b>
    이제 { $account } 알림은 그 대화로 가고 여기로는 오지 않아요.

    본인이 아니라면 웹의 { -where-to-connect }에서 이 대화를 다시 연결해 주세요.

unlink-ask =
    <b>{ $account } 연결을 끊을까요?</b>
    알림과 요약이 멈춰요. 예약한 글은 그대로 게시돼요.
unlinked = 연결을 끊었어요. 다시 연결할 수 있게 설정은 30일 동안 보관해요.
unlink-kept = 👌 <b>{ $account }</b>에 그대로 연결돼 있어요.
not-linked =
    🔌 <b>먼저 계정을 연결해 주세요</b>
    웹에서 { -where-to-connect }을 열고 { -press-connect } 주세요.
back = 👋 다시 오셨네요! <b>{ $account }</b>에 계속 연결돼 있어요.
back-missed = 차단 중 놓친 알림이 { $missed }건 있어요. 지금 현황은 /status 에서 볼 수 있어요.

## Places

group =
    👋 계정 알림을 이 그룹으로 보내 드릴 수 있어요.
    관리자가 웹의 { -where-to-connect }에서 연결할 수 있어요. 그 밖의 일은 1:1 대화에서 도와드려요.
place-token-bad =
    ⌛ <b>여기서는 쓸 수 없는 링크예요</b>
    이 그룹의 관리자가 그룹용 새 링크를 10분 안에 한 번 쓸 수 있어요.
    본인용 링크는 1:1 대화에서 열어 주세요.
place-ask-group = 📣 <b>{ $account } 알림을 이 그룹으로 보낼까요?</b>
place-ask-topic = 📣 <b>{ $account } 알림을 이 토픽으로 보낼까요?</b>
place-readers = 여기 있는 모든 사람이 어떤 글이 게시되고 어떤 글이 실패했는지 볼 수 있어요.
place-not-linked =
    🔌 <b>먼저 본인 대화를 연결해 주세요</b>
    그런 다음 웹의 { -where-to-connect }에서 그룹용 새 링크를 받아 주세요.
place-too-many =
    ✋ <b>이 계정에는 그룹을 더 연결할 수 없어요</b>
    먼저 1:1 대화의 /settings 에서 하나를 제거해 주세요.
place-connected =
    ✅ <b>이제 { $account } 알림이 여기로 와요</b>
    그만 받으려면 /unlink
place-already = ✅ <b>{ $account }</b> 알림은 이미 여기로 오고 있어요.
place-status = 📣 <b>여기로 오는 알림</b>
place-status-stop = 그만 받으려면 /unlink
place-none = 🔕 여기로 오는 알림이 없어요.
place-stop-ask = 🔕 <b>어느 계정의 알림을 그만 받을까요?</b>
place-stop-button = { $account } 그만 받기
place-stopped = 🔕 <b>이제 그 알림은 여기로 오지 않아요.</b>
place-resumed = 🔔 <b>다시 왔어요.</b> 이 계정의 알림이 다시 여기로 와요.
place-from = 👤 { $account }
place-lost =
    🔌 <b>이 그룹에 알림을 보낼 수 없어요: { $title }</b>
    그룹에서 제가 제거됐거나 그룹이 없어졌어요. 다시 초대하시면 그곳으로도 알림을 보내 드려요.
place-new = 📣 <b>이제 알림이 이 그룹으로도 가요: { $title }</b>
place-removed = 🔕 <b>이제 알림이 이 그룹으로는 가지 않아요: { $title }</b>
place-by = 그룹에서 바꾼 사람: { $name }
place-remove = 원하지 않으면 /settings 에서 제거할 수 있어요.
channel-ask =
    📢 <b>{ $title } 채널에 글을 올릴까요?</b>
    계정: <b>{ $account }</b>

    이 채널로 예약한 글이 채널 이름으로 게시돼요.
channel-not-linked =
    📢 <b>이제 { $title } 채널에 글을 올릴 수 있어요</b>
    먼저 웹의 <b>설정 → 텔레그램</b>에서 계정을 이 대화에 연결해 주세요. 그런 다음 저를 채널 관리자로 다시 지정해 주세요.
channel-connected =
    ✅ <b>{ $title } 채널이 연결됐어요</b>
    이제 { $account } 계정의 글을 올릴 수 있어요. /new 또는 웹에서 채널을 골라 주세요.

    연결을 끊으려면 채널에서 저를 내보내 주세요.
channel-no-rights =
    🚫 <b>연결하지 못했어요</b>
    우리 둘 다 채널에 글을 올릴 수 있는 관리자여야 해요. 권한을 준 뒤 저를 다시 관리자로 지정해 주세요.
channel-too-many =
    🚫 <b>연결하지 못했어요</b>
    이미 채널이 10개 연결돼 있어요. 먼저 다른 채널에서 저를 내보내 주세요.
channel-kept = 채널을 연결하지 않았어요.
channel-lost =
    🔌 <b>{ $title } 채널의 연결이 끊겼어요</b>
    이제 이 채널에 글을 올릴 권한이 없어서, 예약한 글은 게시되지 않아요.

    <b>해결:</b> 저를 글을 올릴 수 있는 관리자로 지정하고 다시 연결해 주세요.
place-list =
    👥 <b>그룹</b>
    알림이 이곳으로도 가요. 제거하려면 눌러 주세요.
place-list-none =
    👥 <b>그룹</b>
    이제 알림을 받는 그룹이 없어요.
choose-places = 👥 그룹
remove-place = ✖️ { $title }
remove-lost-place = ✖️ ⚠️ { $title }

## Status

status-connected = <b>{ $account }</b> · 연결됨 ✅
status-paused = <b>{ $account }</b> · 일시 중지 ⏸
status-resume = 지금은 이 대화로 아무것도 보내지 않아요. /start 를 누르면 다시 켜져요.
status-today = <b>오늘</b>  { $counts }
status-published = 게시 { $count }
status-failed-count = 실패 { $count }
status-to-go = 예정 { $count }
status-next = <b>다음</b>  { $details }
status-failed = <b>실패</b>  { $details }
status-digest = 📰 요약 { $digest }
status-quiet = 🌙 { $quiet }
status-unlinked =
    🔌 <b>이 대화는 연결돼 있지 않아요</b>
    이 대화로 알림을 보내는 계정이 없어요.

    연결하려면 웹에서 { -where-to-connect }을 열고 { -press-connect } 주세요.

## Posts

posts = 🗓 <b>예약된 글</b> · { $count }건
posts-none =
    🗓 <b>예약된 글이 없어요</b>
    웹에서 예약하면 여기에서 볼 수 있어요.
posts-item = { $number }. { $item }
posts-page = { $pages }쪽 중 { $page }쪽
post-scheduled = 🗓 <b>예약됨 · { $network }</b>
post-goes-out = 게시 시각 { $time }
post-going-out = ⏳ <b>지금 게시하는 중 · { $network }</b>
post-awaits = 📝 <b>승인 대기 중 · { $network }</b>
post-approved = ✅ <b>승인 완료 · { $network }</b>
post-rejected = ✖ <b>거절 · { $network }</b>
post-cancelled = 🚫 <b>게시 취소 · { $network }</b>
post-failed-again = ❌ <b>다시 실패 · { $network }</b>
post-newer-notice = 자세한 내용은 새 메시지에 있어요.
retrying = 🔄 { $network }에 다시 게시하는 중…

## Writing a post

new-text =
    ✍️ <b>새 글</b>
    올릴 글이나 사진, 동영상을 보내거나 메시지를 전달해 주세요. 글은 서식 없이 보내신 그대로 올라가요.
new-only-text-or-media =
    🖼 <b>글이나 사진 한 장, 동영상 한 개만 받을 수 있어요</b>
    이 중 하나를 보내 주세요. 사진이나 동영상에 붙인 글은 함께 올라가요.
new-no-media =
    🖼 <b>여기서 보내신 파일을 올릴 수 있는 곳이 없어요</b>
    연결된 곳은 주소로만 사진과 동영상을 가져가요. 웹에서 예약하거나 글만 보내 주세요.
new-preview-below = 👇 이렇게 올라가요.
new-networks-without-media = 여기로 보낸 사진과 동영상은 텔레그램에만 올릴 수 있어요.
new-networks = 📡 <b>어디에 올릴까요?</b>
new-networks-how = 하나 이상 고른 뒤 <b>다음</b>을 눌러 주세요.
new-use-buttons = 👇 아래 버튼을 눌러 주세요.
new-no-networks =
    📭 <b>아직 올릴 곳이 없어요</b>
    운영하시는 텔레그램 채널의 관리자로 저를 지정하거나, 서비스 운영자에게 올릴 곳을 추가해 달라고 요청해 주세요.
new-review = 👆 <b>이렇게 올라가요. 진행할까요?</b>
new-does-not-fit = ✂️ <b>아직 올릴 수 없어요</b>
new-to = 📡 { $networks }
new-at = 🕒 { $time }
new-at-once = 🕒 바로
new-more-networks = 그 외 { $count }곳
new-too-long = ⚠️ { $network }: 최대 { $limit }자인데 지금 { $length }자예요.
new-again = ⚠️ 같은 글이 일주일 안에 올라갔거나 올라갈 곳: { $networks }
new-scheduled = ✅ <b>예약했어요</b>
new-going-out = ⏳ <b>지금 올리는 중</b>
new-more = 예약된 글은 /posts 에서 볼 수 있어요.
new-dropped =
    🗑 <b>쓰던 글을 버렸어요</b>
    예약된 것은 없어요.
choose-chosen = ✅ { $choice }
choose-not-chosen = ◻️ { $choice }
choose-next = 다음 »
choose-at-once = 지금
choose-post-now = ✅ 지금 올리기
choose-schedule = ✅ 예약하기
choose-text = ✏️ 글
choose-networks = 📡 올릴 곳
choose-time = 🕒 시각
choose-drop = 버리기

## When

when = 🕒 <b>언제 올릴까요?</b>
when-not-understood = 🤔 <b>시각으로 읽을 수 없어요</b>
when-no-time-of-day = 🤔 <b>그날 몇 시에 올릴까요?</b>
when-past = ⌛ <b>이미 지난 시각이에요</b>
when-too-far = 📆 <b>1년보다 먼 시각이에요</b>
when-examples = 아래에서 고르거나 시각을 보내 주세요. 예: “18:30”, “내일 오전 9시”, “금요일 오후 6시”, “12월 1일 9시”, “2시간 뒤”
choose-in-an-hour = 1시간 후
choose-this-evening = 오늘 { $time }
choose-tomorrow = 내일 { $time }

## Digest

digest = 📰 <b>{ $day }</b> · { $account }
digest-published = ✅ 게시 완료 <b>{ $count }건</b>
digest-failed = ❌ 게시 실패 <b>{ $count }건</b>
digest-cause = { $network }: { $why }
digest-causes = { $network }: { $why } ({ $count }건)
digest-coming-up = 🗓 오늘 예정 <b>{ $count }건</b>
digest-item = • { $item }
digest-post = { $time } { $network }
digest-nothing = 🌿 새 소식이 없고, 오늘 예정된 글도 없어요.
digest-week = 📊 <b>지난주</b>  { $counts }
digest-week-unconfirmed = 미확인 { $count }

# On the picture, without markup.
week-title = 지난주 · { $days }
week-published = 게시 완료 · { $count }
week-failed = 실패 · { $count }
week-unconfirmed = 미확인 · { $count }
week-empty = 지난주에는 글이 없었어요

## Several events in one message

while-away = 👋 <b>제가 자리를 비운 동안의 소식</b>
catch-up = 📬 <b>조용한 동안 모아 둔 소식</b>
carried-unconfirmed = ❔ 게시 여부 확인 필요 <b>{ $count }건</b>
carried-automations = ⚙️ 자동화 실행 <b>{ $count }회</b>
carried-announcements = 📣 공지 <b>{ $count }건</b>

## Settings

settings = ⚙️ <b>설정</b>
settings-digest-on = 📰 요약: 켜짐, { $time }
settings-digest-off = 📰 요약: 꺼짐
settings-when-empty = 소식이 없는 날에도
settings-muted = 🔕 <b>{ $time }까지 알림 꺼짐</b>
settings-kinds = 🔔 게시 완료: { $published } · 실패: { $failed } · 자동화: { $automation }
settings-batched = { $how }, { $minutes }분마다
settings-quiet = 🌙 방해 금지: { $quiet }
settings-quiet-waits = 🌙 방해 금지: { $quiet } (시간대를 정하면 시작돼요)
settings-zone = 🌍 시간대: { $zone } (현재 { $time })
settings-language = 🗣 언어: <b>{ $language }</b>
hour-question =
    📰 <b>요약을 언제 보내 드릴까요?</b>
    하루 중 시간을 골라 주세요.
notifications-question =
    🔔 <b>어떤 알림을 받으시겠어요?</b>
    누를 때마다 켜짐, 소리 없이, 꺼짐으로 바뀌어요. 게시 완료는 모아서 받을 수도 있어요.
quiet-question =
    🌙 <b>언제 조용히 할까요?</b>
    방해 금지: { $quiet }
    게시 실패는 소리 없이 바로 오고, 나머지는 끝날 때 모아서 알려 드려요.
quiet-from-question =
    🌙 <b>몇 시부터 조용히 할까요?</b>
    하루 중 시간을 골라 주세요.
quiet-until-question =
    🌙 <b>{ $from }부터 언제까지 조용히 할까요?</b>
    하루 중 시간을 골라 주세요.
zone-question =
    🌍 <b>어느 시간대를 쓰시나요?</b>
    도시를 고르거나 도시 이름(예: 부산)을 보내 주세요.
zone-not-found =
    🌍 <b>모르는 곳이에요: “{ $words }”</b>
    가까운 큰 도시(예: 부산)나 시간대(예: Asia/Seoul)를 보내거나, 아래에서 골라 주세요.
choose-digest-on = 📰 요약 켜기
choose-digest-off = 📰 요약 끄기
choose-when-empty = 소식이 없는 날에도 받기
choose-not-when-empty = 소식이 있는 날에만 받기
choose-hour = 🕘 시간 바꾸기
choose-zone = 🌍 시간대 바꾸기
choose-notifications = 🔔 알림
choose-published = 게시 완료: { $how }
choose-failed = 게시 실패: { $how }
choose-unconfirmed = 확인 필요: { $how }
choose-automation = 자동화: { $how }
choose-announcement = 공지: { $how }
choose-batch-off = 바로 받기
choose-batch = { $minutes }분마다
choose-quiet = 🌙 방해 금지
choose-quiet-off = 방해 금지 끄기
choose-quiet-other = 다른 시간
choose-unmute = 🔔 알림 다시 켜기
choose-back = « 뒤로

## Notifications

published = ✅ <b>게시 완료 · { $network }</b>
published-link = <a href="{ $url }">{ $network }에서 보기</a>
failed = ❌ <b>게시 실패 · { $network }</b>
scheduled-for = 예약 시각 { $time }
failures = ❌ <b>게시 실패 { $count }건 · { $network }</b>
failures-over = 👌 <b>{ $network }: 모두 처리했어요</b>
failures-item = { $mark } { $item }
failures-item-out = { $mark } { $item } · <a href="{ $url }">보기</a>
failures-below = 다른 글과 함께 새 메시지에 모았어요.
why = <b>이유:</b> { $why }
why-unknown = <b>이유:</b> { $network }에서 알려 주지 않았어요.
fix = <b>해결:</b> { $fix }
login-expired-short = 로그인 만료
login-expired = { $network } 로그인이 만료됐어요.
login-expired-fix = { $network } 계정을 다시 연결한 뒤 재시도해 주세요.
bot-not-admin-short = 봇의 게시 권한 없음
bot-not-admin = { $network }에 봇이 글을 올릴 권한이 없어요.
bot-not-admin-fix = { $network }에서 봇을 글을 올릴 수 있는 관리자로 지정한 뒤 재시도해 주세요.
channel-not-found-short = 채널을 찾을 수 없음
channel-not-found = 텔레그램에서 { $network } 채널을 찾지 못했어요.
channel-not-found-fix = { $network } 채널에 봇을 관리자로 추가한 뒤 재시도해 주세요.
channel-disconnected-short = 채널 연결 끊김
channel-disconnected = { $network } 채널의 연결이 끊겼어요.
channel-disconnected-fix = 저를 { $network } 채널에서 글을 올릴 수 있는 관리자로 지정하고 다시 연결한 뒤 재시도해 주세요.
topic-gone-short = 토픽 닫힘 또는 삭제됨
topic-gone = { $network }의 토픽이 닫혔거나 삭제됐어요.
topic-gone-fix = 토픽을 다시 열거나 { $network }의 다른 토픽으로 예약해 주세요.
media-unreachable-short = 사진·동영상을 가져올 수 없음
media-unreachable = { $network }에서 사진이나 동영상을 가져오지 못했어요.
media-unreachable-fix = 주소가 브라우저에서 열리는지 확인한 뒤 { $network } 게시를 다시 시도해 주세요.
media-rejected-short = 지원하지 않는 사진·동영상
media-rejected = { $network }에서 보여 줄 수 없는 사진이나 동영상이에요.
media-rejected-fix = { $network }에 맞는 형식이나 더 작은 파일로 바꿔 주세요.
text-too-long-short = 글이 너무 김
text-too-long = { $network }에 올리기에는 글이 너무 길어요.
text-too-long-fix = 글을 줄여서 { $network }에 다시 예약해 주세요.
text-rejected-short = 허용되지 않는 글
text-rejected = { $network }에서 받지 않는 글이에요.
text-rejected-fix = 글을 고쳐서 { $network }에 다시 예약해 주세요.
duplicate-short = 이미 게시된 글
duplicate = { $network }에 같은 글이 이미 있어요.
duplicate-fix = { $network }에 다시 올리려면 글을 바꿔 주세요.
rate-limited-short = 게시 한도 초과
rate-limited = { $network }에서 지금은 글을 더 받지 않아요.
rate-limited-fix = 잠시 뒤 { $network } 게시를 다시 시도해 주세요.
connector-unreachable-short = 연결할 수 없음
connector-unreachable = { $network }에 연결하지 못했어요.
connector-unreachable-fix = 잠시 뒤 재시도해 주세요. { $network }에서 또 실패하면 서비스 운영자에게 알려 주세요.
connector-refused-short = 허용되지 않는 주소
connector-refused = { $network }에 설정된 주소로는 글을 보낼 수 없어요.
connector-refused-fix = 서비스 운영자에게 { $network } 주소를 확인해 달라고 요청해 주세요.
refused-short = 게시 거부됨
refused = { $network }에서 글을 받지 않았어요.
refused-fix = 글과 { $network } 연결을 확인한 뒤 재시도해 주세요.
late-post = 🕰 <b>늦은 글 · { $network }</b>
late-posts = 🕰 <b>늦은 글 { $count }건</b>
late-since = { $time }에 게시됐어야 하는 글이에요.
late-question = { $count ->
   *[other] 지금 게시할까요?
}
late-published = ⏳ <b>{ $count }건을 지금 게시해요</b>
late-cancelled = 🚫 <b>{ $count }건을 취소했어요</b>
late-settled = ✅ 이미 처리된 일이에요.
reference = <blockquote expandable>번호 { $reference }</blockquote>
unconfirmed = ⚠️ <b>게시 확인 필요 · { $network }</b>
unconfirmed-why = <b>이유:</b> { $network }에서 응답이 오지 않았어요.
unconfirmed-fix = <b>해결:</b> 다시 게시하기 전에 직접 확인해 주세요.
approval-asked = 📝 <b>이 글을 올려도 될까요? · { $network }</b>
approval-reminder = ⏰ <b>아직 승인을 기다리고 있어요 · { $network }</b>
approval-preview = <blockquote>{ $text }</blockquote>
approval-media = 🖼 <a href="{ $url }">함께 올라갈 사진이나 동영상</a>
approval-how = 승인하지 않으면 올라가지 않아요.
approval-missed = 🚫 <b>올리지 않았어요 · { $network }</b>
approval-missed-why = <b>이유:</b> 예약 시각까지 승인되지 않았어요.
approval-missed-fix = <b>해결:</b> 올리려면 다시 예약해 주세요.
automation = ⚙️ <b>자동화 실행</b>
automation-summary = { $text }
announcement =
    📣 <b>공지</b>

    { $text }
test =
    🔔 <b>알림 테스트</b>
    이 메시지가 보이면 알림이 정상이에요.
    보낸 시각 { $time }
test-queued =
    ⏳ <b>테스트 알림을 보내는 중</b>
    차례가 되면 이 대화에 도착해요.

## Answers

help = <b>사용할 수 있는 명령</b>
help-command = /{ $command } – { $description }
help-admins = 관리자: { $commands }
help-support = 문의: { $contact }
unknown-command = 모르는 명령이에요. /help 를 눌러 보세요.
plain-text = 🤖 명령만 알아들을 수 있어요.
edited = ✏️ 메시지는 도착했을 때 한 번만 읽어요. 고친 내용은 새 메시지로 보내 주세요.
too-much = 🐢 한꺼번에 다 읽을 수 없어요. 1분 뒤부터 다시 읽을게요.
busy =
    ⚠️ <b>저에게 문제가 생겼어요</b>
    잠시 후 다시 시도해 주세요.
toast-done = 완료했어요 ✅
toast-expired = 더 이상 쓸 수 없는 버튼이에요
toast-handled = 이미 처리된 글이에요
toast-not-yours = 다른 사람의 버튼이에요
toast-muted = { $time }까지 알림을 꺼 둘게요
toast-later = 처리하지 못했어요. 잠시 후 다시 시도해 주세요

## Buttons

button-all-jobs = 전체 작업
button-approve = ✅ 승인
button-back-to-posts = « 예약된 글
button-cancel = 취소
button-cancel-post = 게시 취소
button-connect = ✅ 연결
button-dead-letters = 전송 불가 알림
button-disconnect = 연결 끊기
button-deeds = 관리자 기록
button-get-new-link = 새 링크 받기
button-jobs = 작업
button-keep = 유지
button-mute = 1시간 끄기
button-move = 🕒 시각 변경
button-move-here = 여기로 옮기기
button-next-page = ▶
button-open-calendar = 캘린더 열기
button-open-post = 글 열기
button-open-private-chat = 1:1 대화 열기
button-open-settings = 설정 열기
button-post-number = { $number }
button-publish-again = 다시 게시
button-post-now = 지금 게시
button-previous-page = ◀
button-reconnect = { $network } 다시 연결
button-refresh = 새로 고침
button-reject = ✖ 거절
button-resend = 🔄 { $id }
button-retry-all = 🔄 모두 다시 시도
button-retry-failed = 실패 다시 시도
button-retry-now = 🔄 다시 시도
button-queue = 대기열
button-resume = ▶️ 다시 보내기
button-run = 작업 실행
button-run-job = ▶️ { $job }
button-send = 보내기
button-send-test = 알림 테스트
button-set-time-zone = 시간대 정하기
button-settings = 설정
button-share = 공유
button-stats = 통계
button-stop = ⏹ 중단
button-switch = 변경
button-went-out = 게시됐어요
button-test-to-me = 나에게 먼저 보내기

## Menus

command-start = 시작하기, 계정 연결
command-status = 오늘 현황 보기
command-posts = 예약된 글 보기
command-new = 새 글 쓰기
command-settings = 알림·방해 금지·언어
command-digest = 지금 요약 보기
command-test = 알림 테스트
command-unlink = 연결 끊기
command-help = 사용할 수 있는 명령
command-stats = 최근 24시간의 대화·전송·수신 현황
command-queue = 전송을 기다리는 알림
command-failed = 보내지 못한 알림
command-resend = 보내지 못한 알림 다시 보내기
command-jobs = 정기 작업 현황
command-run = 작업 바로 실행
command-broadcast = 모두에게 공지 보내기
command-invite = 계정 연결 링크 만들기
command-pause = 알림 전송 멈추기
command-resume = 알림 전송 다시 시작
bot-description =
    예약한 글이 게시되거나 실패하면 알려 드리고, 매일 짧은 요약을 보내 드려요.

    시작을 누른 뒤 웹의 설정 → 텔레그램에서 계정을 연결해 주세요.
bot-short-description = 예약한 글이 게시되거나 실패하면 알려 드려요.

## Admins

stats = <b>통계</b> · 24시간
stats-linked = 연결된 대화 { $linked } (+{ $new }) · 차단 { $blocked }
stats-sent = 전송 { $count }
stats-failed = 실패 { $count }
stats-p95 = p95 { $time }
stats-jobs = 작업 정상 { $ok } · 지연 { $late } · 실패 { $failed } → /jobs
stats-queue = 대기열 { $count }
stats-poll = 마지막 수신 { $age } 전
queue = <b>대기열</b>
queue-waiting = 대기 { $pending } · 전송 중 { $sending } · 보류 { $held }
queue-held = 보류: { $reasons }
queue-dead = 24시간 내 전송 불가 { $count }
queue-dead-because = 전송 불가: { $reasons }
queue-oldest = 가장 오래 기다린 알림 { $age }
queue-problem = ⚠️ <b>지금은 보낼 수 없어요:</b> { $why }
dead-letters = 📭 <b>전송 불가 알림</b> · { $count }건
dead-letters-none = 📭 <b>전송 불가 알림이 없어요</b>
dead-letter = <code>{ $id }</code> { $account } · { $kind } · { $why } · { $age } 전
resend-which =
    🔄 <b>어떤 알림을 다시 보낼까요?</b>
    번호는 /failed 에서 볼 수 있어요.
resend-unknown = 🤔 { $id }번 알림을 찾을 수 없어요.
resend-sent = ✅ <b>{ $id }번 전송 완료</b>
resend-waits = ⏳ <b>{ $id }번 전송 중</b>
resend-died = ❌ <b>{ $id }번 다시 실패:</b> { $why }
resend-cancelled = 🚫 <b>{ $id }번은 취소된 알림이에요:</b> { $why }
resend-not-linked = 🔌 <b>{ $id }번을 보낼 수 없어요:</b> { $account } 계정에 연결된 대화가 없어요.
resend-unreachable = 🔌 <b>{ $id }번을 보낼 수 없어요:</b> { $account } 계정의 대화로 보낼 수 없어요 ({ $why }).
paused = ⏸ <b>전송 멈춤</b> · { $time }부터 · { $who }
paused-what =
    지금 생기는 알림은 기다렸다가 나중에 보내요. 답장과 게시는 계속돼요.
    다시 보내려면 /resume
resumed = ▶️ <b>전송을 다시 시작했어요</b> · 멈춰 있던 시간 { $age }
not-paused = ▶️ <b>전송이 멈춰 있지 않아요</b>
invitation = 🔗 <b>{ $account } 연결 링크</b>
invitation-link =
    { $link }
    연결할 분에게 전달해 주세요. 10분 안에 한 번만 쓸 수 있어요.
invitation-moves = 이미 대화에 연결된 계정이라, 링크를 열면 옮길지 물어봐요.
invite-how =
    🔗 <b>누구를 초대할까요?</b>
    플랫폼의 계정 아이디와 표시할 이름을 함께 보내 주세요.
    <code>/invite alice 미나 베이커리</code>
broadcast-asks =
    📣 <b>어떤 내용을 알릴까요?</b>
    다음 메시지로 보내 주세요. 보내기 전에 미리 보여 드려요.
broadcast-too-long = 📣 <b>{ $over }자 더 줄여 주세요</b>
broadcast-to-nobody = 📣 <b>공지를 받을 대화가 없어요</b>
broadcast-cancelled = 📣 <b>이 공지는 보내지 않았어요</b>
broadcast-outdated = ⌛ <b>오래된 미리보기예요</b>. /broadcast 를 다시 보내 주세요.
broadcast-preview = 📣 <b>공지 미리보기</b> → { $count }개 대화 ({ $languages })
broadcast-in-language = { $code } { $count }
broadcast-takes = 약 { $age }
broadcast-text = <blockquote>{ $text }</blockquote>
broadcast-sending = 📣 <b>보내는 중</b> · { $audience }개 중 { $sent }개
broadcast-paused = ⏸ <b>전송 멈춤</b> · { $audience }개 중 { $sent }개
broadcast-stopped = ⏹ <b>중단했어요</b> · { $audience }개 중 { $sent }개 전송
broadcast-done = ✅ <b>{ $sent }개 대화에 보냈어요</b> · 전체 { $audience }개
broadcast-later = 나중에 { $count }
broadcast-failed = 전송 불가 { $count }
broadcast-switched-off = 공지 끔 { $count }
alert = 🚨 <b>{ $title }</b>
alert-title = { $kind ->
    [job_fails] { $job } 작업이 연달아 실패했어요
    [backup_fails] 데이터베이스를 백업하지 못했어요
    [queue_waits] 알림이 나가지 못하고 있어요
    [token_refused] 텔레그램이 봇 토큰을 거부해요
    [second_poller] 다른 프로그램이 이 봇의 업데이트를 가져가요
    [disk_low] 디스크 공간이 부족해요
   *[other] 문제가 생겼어요
}
alert-fix = { $kind ->
    [job_fails] <b>해결:</b> /jobs 에서 상태를 보고 /run 으로 다시 실행해 주세요.
    [backup_fails] <b>해결:</b> 백업할 공간을 마련한 뒤 /run backup_database
    [queue_waits] <b>해결:</b> 이유는 /queue 에서 볼 수 있어요.
    [token_refused] <b>해결:</b> @BotFather 가 보여 주는 토큰을 설정해 주세요.
    [second_poller] <b>해결:</b> 다른 프로그램을 멈추거나 웹훅을 지워 주세요.
    [disk_low] <b>해결:</b> 데이터베이스가 있는 곳의 공간을 늘려 주세요.
   *[other] <b>해결:</b> 로그를 확인해 주세요.
}
alert-disk-free = 남은 공간 { $mib } MiB
alert-since = { $time }부터
alert-over = ✅ <b>해결됨:</b> { $title } · 지속 시간 { $age }
audit = 🗒 <b>관리자 작업 기록</b>
audit-none = 🗒 <b>관리자 작업 기록이 없어요</b>
audit-deed = { $what } · { $who } · { $age } 전
audit-what = { $action ->
    [run_job] { $subject } 실행
    [resend] { $subject }번 다시 보냄
    [invite] { $subject } 초대
    [broadcast] 공지 { $subject } 보냄
    [stop_broadcast] 공지 { $subject } 중단
    [erase] 계정 정보 삭제
    [pause] 전송 멈춤
    [resume] 전송 재개
   *[other] { $name } { $subject }
}
jobs = <b>정기 작업</b>
jobs-well = ✅ <code>{ $job }</code>
jobs-failed = ❌ <code>{ $job }</code>
jobs-running = ▶️ <code>{ $job }</code>
jobs-never = 🕓 <code>{ $job }</code>
jobs-ago = { $age } 전
jobs-next = 다음 { $time }
run-which = ▶️ <b>어떤 작업을 실행할까요?</b>
run-unknown = 🤔 { $job } 작업을 찾을 수 없어요.
run-waits =
    ⏳ <b>{ $job } 실행 대기 중</b>
    앞선 실행이 끝나면 시작해요.
run-runs = ▶️ <b>{ $job } 실행 중</b>
run-done = ✅ <b>{ $job } 완료</b>
run-items = 처리 { $items }건 · 걸린 시간 { $time }
run-failed = ❌ <b>{ $job } 실패</b>
run-forgotten = 🗑 { $job } 실행 기록이 더 이상 남아 있지 않아요.
