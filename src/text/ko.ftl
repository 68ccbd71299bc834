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
    [no_rights] 쓰기 권한 없음
    [nothing_to_tell] 전할 소식 없음
    [quiet_hours] 방해 금지 시간
    [refused] 텔레그램 거부
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
seconds = { $count }초
age-seconds = { $count }초
age-minutes = { $count }분
age-hours = { $count }시간
age-days = { $count }일
time-in-zone = { $time } ({ $zone })
zone-assumed = { $zone } (미설정)

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
group =
    👋 계정 보호를 위해 1:1 대화에서만 사용할 수 있어요.
    아래 버튼을 눌러 1:1 대화에서 계속해 주세요.

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
post-cancelled = 🚫 <b>게시 취소 · { $network }</b>
post-failed-again = ❌ <b>다시 실패 · { $network }</b>
post-newer-notice = 자세한 내용은 새 메시지에 있어요.
retrying = 🔄 { $network }에 다시 게시하는 중…

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
number = { $count }

## Several events in one message

while-away = 👋 <b>알려 드리지 못한 사이에</b>
catch-up = 📬 <b>조용히 해 드린 동안의 소식</b>
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
choose-quiet-hours = { $from }–{ $until }
choose-quiet-off = 방해 금지 끄기
choose-quiet-other = 다른 시간
choose-unmute = 🔔 알림 다시 켜기
choose-back = « 뒤로

## Notifications

published = ✅ <b>게시 완료 · { $network }</b>
published-link = <a href="{ $url }">{ $network }에서 보기</a>
failed = ❌ <b>게시 실패 · { $network }</b>
scheduled-for = 예약 시각 { $time }
why = <b>이유:</b> { $why }
why-unknown = <b>이유:</b> { $network }에서 알려 주지 않았어요.
fix = <b>해결:</b> { $fix }
login-expired = { $network } 로그인이 만료됐어요.
login-expired-fix = { $network } 계정을 다시 연결한 뒤 재시도해 주세요.
bot-not-admin = { $network }에 봇이 글을 올릴 권한이 없어요.
bot-not-admin-fix = { $network }에서 봇을 글을 올릴 수 있는 관리자로 지정한 뒤 재시도해 주세요.
channel-not-found = 텔레그램에서 { $network } 채널을 찾지 못했어요.
channel-not-found-fix = { $network } 채널에 봇을 관리자로 추가한 뒤 재시도해 주세요.
media-unreachable = { $network }에서 사진이나 동영상을 가져오지 못했어요.
media-unreachable-fix = 주소가 브라우저에서 열리는지 확인한 뒤 { $network }에 재시도해 주세요.
media-rejected = { $network }에서 보여 줄 수 없는 사진이나 동영상이에요.
media-rejected-fix = { $network }에 맞는 형식이나 더 작은 파일로 바꿔 주세요.
text-too-long = { $network }에 올리기에는 글이 너무 길어요.
text-too-long-fix = 글을 줄여서 { $network }에 다시 예약해 주세요.
text-rejected = { $network }에서 받지 않는 글이에요.
text-rejected-fix = 글을 고쳐서 { $network }에 다시 예약해 주세요.
duplicate = { $network }에 같은 글이 이미 있어요.
duplicate-fix = { $network }에 다시 올리려면 글을 바꿔 주세요.
rate-limited = { $network }에서 지금은 글을 더 받지 않아요.
rate-limited-fix = 잠시 뒤 { $network }에 재시도해 주세요.
connector-unreachable = { $network }에 연결하지 못했어요.
connector-unreachable-fix = 잠시 뒤 재시도해 주세요. { $network }에서 또 실패하면 서비스 운영자에게 알려 주세요.
connector-refused = { $network }에 설정된 주소로는 글을 보내지 않아요.
connector-refused-fix = 서비스 운영자에게 { $network } 주소를 확인해 달라고 해 주세요.
refused = { $network }에서 글을 받지 않았어요.
refused-fix = 글과 { $network } 연결을 확인한 뒤 재시도해 주세요.
late-post = 🕰 <b>늦은 글 · { $network }</b>
late-posts = 🕰 <b>늦은 글 { $count }건</b>
late-since = { $time }에 나갔어야 했어요.
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
button-back-to-posts = « 예약된 글
button-cancel = 취소
button-cancel-post = 게시 취소
button-connect = ✅ 연결
button-dead-letters = 전송 불가 알림
button-disconnect = 연결 끊기
button-get-new-link = 새 링크 받기
button-keep = 유지
button-mute = 1시간 끄기
button-move-here = 여기로 옮기기
button-next-page = ▶
button-open-calendar = 캘린더 열기
button-open-post = 글 열기
button-open-private-chat = 1:1 대화 열기
button-open-settings = 설정 열기
button-post-number = { $number }
button-post-now = 지금 게시
button-previous-page = ◀
button-refresh = 새로 고침
button-resend = 🔄 { $id }
button-run = 작업 실행
button-run-job = ▶️ { $job }
button-send-test = 알림 테스트
button-set-time-zone = 시간대 정하기
button-settings = 설정
button-switch = 변경

## Menus

command-start = 시작하기, 계정 연결
command-status = 오늘 현황 보기
command-posts = 예약된 글 보기
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
stats-queue = 대기열 { $count }
stats-poll = 마지막 수신 { $age } 전
queue = <b>대기열</b>
queue-waiting = 대기 { $pending } · 전송 중 { $sending } · 보류 { $held }
queue-held = 보류: { $reasons }
queue-dead = 24시간 내 전송 불가 { $count }
queue-dead-because = 전송 불가: { $reasons }
queue-oldest = 가장 오래 기다린 알림 { $age }
queue-paused = ⏸ <b>멈춤:</b> { $why }
dead-letters = 📭 <b>전송 불가 알림</b> · { $count }건
dead-letters-none = 📭 <b>전송 불가 알림이 없어요</b>
dead-letter = <code>{ $id }</code> { $account } · { $kind } · { $why } · { $age } 전
resend-which =
    🔄 <b>어떤 알림을 다시 보낼까요?</b>
    번호는 /failed 에서 볼 수 있어요.
resend-unknown = 🤔 { $id }번 알림은 없어요.
resend-sent = ✅ <b>{ $id }번 전송 완료</b>
resend-waits = ⏳ <b>{ $id }번 전송 중</b>
resend-died = ❌ <b>{ $id }번 다시 실패:</b> { $why }
resend-cancelled = 🚫 <b>{ $id }번은 취소된 알림이에요:</b> { $why }
resend-not-linked = 🔌 <b>{ $id }번을 보낼 수 없어요:</b> { $account } 계정에 연결된 대화가 없어요.
resend-unreachable = 🔌 <b>{ $id }번을 보낼 수 없어요:</b> { $account } 계정의 대화에 닿지 않아요 ({ $why }).
jobs = <b>정기 작업</b>
jobs-well = ✅ <code>{ $job }</code>
jobs-failed = ❌ <code>{ $job }</code>
jobs-running = ▶️ <code>{ $job }</code>
jobs-never = 🕓 <code>{ $job }</code>
jobs-ago = { $age } 전
jobs-next = 다음 { $time }
run-which = ▶️ <b>어떤 작업을 실행할까요?</b>
run-unknown = 🤔 { $job } 작업은 없어요.
run-waits =
    ⏳ <b>{ $job } 실행 대기 중</b>
    앞선 실행이 끝나면 시작해요.
run-runs = ▶️ <b>{ $job } 실행 중</b>
run-done = ✅ <b>{ $job } 완료</b>
run-items = 처리 { $items }건 · 걸린 시간 { $time }
run-failed = ❌ <b>{ $job } 실패</b>
run-forgotten = 🗑 { $job } 실행 기록이 더 이상 남아 있지 않아요.
