//! Reads and checks how updates reach us.

use url::Url;

use super::reader::Reader;
use super::sections::UpdateMode;

/// The host of Telegram's own Bot API.
const TELEGRAM: &str = "api.telegram.org";
/// "Ports currently supported for webhooks" (Bot API documentation, setWebhook).
const WEBHOOK_PORTS: [u16; 4] = [443, 80, 88, 8443];

impl UpdateMode {
    /// The mode; a webhook only with an address that whoever answers at `api_url` calls.
    pub(super) fn read(reader: &mut Reader, api_url: Option<&Url>) -> Self {
        let url = reader.url("telegram.webhook_url");
        let webhook =
            reader.parsed("telegram.update_mode", "\"polling\" or \"webhook\"", |text| match text {
                "polling" => Some(false),
                "webhook" => Some(true),
                _ => None,
            });
        if webhook != Some(true) {
            return Self::Polling;
        }
        let Some(url) = url else {
            if !reader.is_set("telegram.webhook_url") {
                let mend = "\"webhook\" needs telegram.webhook_url: where Telegram reaches this port, like \
                            https://bot.example.com/api/telegram/webhook";
                reader.complain("telegram.update_mode", mend);
            }
            return Self::Polling;
        };
        // A Bot API server of one's own may call whom it likes.
        let is_telegram = api_url.is_some_and(|api| api.host_str() == Some(TELEGRAM));
        let fits = url.scheme() == "https"
            && url.port_or_known_default().is_some_and(|port| WEBHOOK_PORTS.contains(&port));
        if is_telegram && !fits {
            let problem = "must be an https:// address on port 443, 80, 88 or 8443: Telegram calls no other";
            reader.complain("telegram.webhook_url", problem);
        }
        Self::Webhook { url }
    }
}
