// Where links lead. What Telegram's own app would open opens here: the bot, the channel, the pretend platform.

const PLATFORM_HOST = "platform.example";

/** The address if a click on it is harmless, else null. */
export function safeAddress(address) {
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:/i.test(address) ? address : `https://${address}`);
  return url && ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
}

/** What an address means inside this page: a chat, a start, a part of the platform; null for the wide world. */
export function meaning(address, screen) {
  const url = URL.parse(address);
  if (!url) return null;
  if (url.host === PLATFORM_HOST) return { platform: url.pathname.split("/")[1] };
  if (url.host !== "t.me") return null;
  const name = url.pathname.slice(1).split("/")[0].toLowerCase();
  const inGroup = url.searchParams.get("startgroup");
  if (name === screen.bot.user.username.toLowerCase() && inGroup) return { chat: "group", start: inGroup };
  if (name === screen.bot.user.username.toLowerCase()) return { chat: "private", start: url.searchParams.get("start") };
  const isChannel = screen.chats.some((chat) => chat.username?.toLowerCase() === name);
  return isChannel ? { chat: "channel" } : null;
}
