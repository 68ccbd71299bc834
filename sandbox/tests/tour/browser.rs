//! Chromium through WebDriver (W3C), as small as this tour needs it: look, click, type, and say what is wrong.

use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

/// How long does a person wait for something to appear?
const PATIENCE: Duration = Duration::from_secs(15);

/// How often is looked?
const GLANCE: Duration = Duration::from_millis(40);

/// How an element is named in WebDriver's JSON (W3C WebDriver, "Elements").
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The element that a person means: the last visible one that fits, because chats grow downwards.
const FIND: &str = "const [selector, words] = arguments; \
    return [...document.querySelectorAll(selector)].filter((element) => \
        element.checkVisibility() && element.innerText.includes(words)).at(-1) ?? null;";

/// A screen to look at.
#[derive(Clone, Copy)]
pub(crate) struct Window {
    width: u32,
    height: u32,
    is_phone: bool,
}

impl Window {
    pub(crate) const WIDE: Self = Self { width: 1440, height: 900, is_phone: false };
    pub(crate) const PHONE: Self = Self { width: 390, height: 844, is_phone: true };
}

/// A browser with one window, in which somebody sits in Seoul.
pub(crate) struct Browser {
    driver: Child,
    client: Client,
    session: String,
    _profile: TempDir,
}

impl Browser {
    /// Opens a browser that nobody has used before.
    pub(crate) async fn open(window: Window) -> Self {
        let (driver, base) = start_driver().await;
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build().unwrap();
        let profile = TempDir::new().unwrap();
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            &format!("--user-data-dir={}", profile.path().display()),
            &format!("--window-size={},{}", window.width, window.height),
        ];
        let wanted = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let body = json!({ "capabilities": { "alwaysMatch": wanted } });
        let opened = request(&client, Method::POST, &format!("{base}/session"), Some(body)).await;
        let opened = opened.unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        let session = format!("{base}/session/{}", opened["sessionId"].as_str().unwrap());
        let browser = Self { driver, client, session, _profile: profile };
        let Window { width, height, is_phone } = window;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_phone });
        browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        browser.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": "Asia/Seoul" })).await;
        browser
    }

    async fn asks(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        request(&self.client, method, &format!("{}{path}", self.session), body).await
    }

    async fn devtools(&self, command: &str, params: Value) -> Value {
        let body = json!({ "cmd": command, "params": params });
        self.asks(Method::POST, "/goog/cdp/execute", Some(body)).await.unwrap()
    }

    /// What a script gives.
    pub(crate) async fn script(&self, script: &str, arguments: Value) -> Value {
        let body = json!({ "script": script, "args": arguments });
        self.asks(Method::POST, "/execute/sync", Some(body)).await.unwrap()
    }

    pub(crate) async fn goes_to(&self, url: &str) {
        self.asks(Method::POST, "/url", Some(json!({ "url": url }))).await.unwrap();
    }

    /// Waits until there is a visible element with these words in it.
    pub(crate) async fn sees(&self, selector: &str, words: &str) -> Value {
        self.sees_within(selector, words, PATIENCE).await
    }

    /// The same with another limit.
    pub(crate) async fn sees_within(&self, selector: &str, words: &str, limit: Duration) -> Value {
        let until = Instant::now() + limit;
        loop {
            let found = self.script(FIND, json!([selector, words])).await;
            if !found.is_null() {
                return found;
            }
            if Instant::now() >= until {
                panic!("never seen: {words:?} in {selector}; the page says:\n{}", self.page_text().await);
            }
            sleep(GLANCE).await;
        }
    }

    /// The same; gives all the words in it.
    pub(crate) async fn sees_words(&self, selector: &str, words: &str) -> String {
        let element = self.sees(selector, words).await;
        let text = self.script("return arguments[0].innerText", json!([element])).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until there is no visible element with these words any more.
    pub(crate) async fn sees_no_more(&self, selector: &str, words: &str) {
        let until = Instant::now() + PATIENCE;
        while !self.script(FIND, json!([selector, words])).await.is_null() {
            if Instant::now() >= until {
                panic!("still there: {words:?} in {selector}; the page says:\n{}", self.page_text().await);
            }
            sleep(GLANCE).await;
        }
    }

    /// Clicks as a person does: what is covered or disabled can't be clicked.
    pub(crate) async fn clicks(&self, selector: &str, words: &str) {
        let until = Instant::now() + PATIENCE;
        loop {
            let element = self.sees(selector, words).await;
            let path = format!("/element/{}/click", element[ELEMENT].as_str().unwrap());
            match self.asks(Method::POST, &path, Some(json!({}))).await {
                Ok(_) => return,
                // It was drawn anew, or something is still moving over it.
                Err(_) if Instant::now() < until => sleep(GLANCE).await,
                Err(error) => panic!("{words:?} in {selector} can't be clicked: {error}"),
            }
        }
    }

    /// Types into what has the focus; `\u{e007}` is Enter, `\u{e00c}` Esc, `\u{e015}` the arrow down.
    pub(crate) async fn types(&self, keys: &str) {
        let strokes = keys.chars().flat_map(|key| {
            [json!({ "type": "keyDown", "value": key }), json!({ "type": "keyUp", "value": key })]
        });
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes.collect::<Vec<_>>() });
        self.asks(Method::POST, "/actions", Some(json!({ "actions": [keyboard] }))).await.unwrap();
    }

    async fn page_text(&self) -> String {
        self.script("return document.body.innerText", json!([])).await.as_str().unwrap_or_default().to_owned()
    }

    /// Nothing sticks out of the window, everything that can be used has a name, and no script failed.
    pub(crate) async fn found_no_mistakes(&self) {
        let sticking_out = "return [...document.querySelectorAll('body *')].filter((element) => \
            element.checkVisibility() && !element.closest('.spoken, pre, .sprite') && \
            element.getBoundingClientRect().right > innerWidth + 1).map((element) => element.outerHTML.slice(0, 120))";
        assert_eq!(self.script(sticking_out, json!([])).await, json!([]), "sticks out of the window");
        let tree = self.devtools("Accessibility.getFullAXTree", json!({})).await;
        let usable = ["button", "link", "textbox", "combobox", "menuitem", "log", "img", "dialog"];
        for node in tree["nodes"].as_array().unwrap() {
            let (role, name) = (&node["role"]["value"], &node["name"]["value"]);
            let is_usable = usable.iter().any(|usable| role == usable) && node["ignored"] == json!(false);
            assert!(
                !is_usable || name.as_str().is_some_and(|name| !name.is_empty()),
                "nameless for a screen reader: {node}"
            );
        }
        let log = self.asks(Method::POST, "/se/log", Some(json!({ "type": "browser" }))).await.unwrap();
        let failures = log.as_array().unwrap().iter().filter(|entry| {
            // A request that was refused is the page's business; a script that failed is not.
            entry["level"] == "SEVERE" && entry["source"] != "network"
        });
        assert_eq!(failures.collect::<Vec<_>>(), Vec::<&Value>::new(), "the browser's console");
    }

    /// Says what a person would see where a story failed.
    pub(crate) async fn describes_itself(&self) {
        println!("the page at the end:\n{}", self.page_text().await);
    }

    /// Ends the browser and its driver.
    pub(crate) async fn quit(self) {
        let closed = self.asks(Method::DELETE, "", None).await;
        closed.unwrap_or_else(|error| panic!("Chromium does not end: {error}"));
    }
}

impl Drop for Browser {
    /// The driver leaves its Chromium behind when it is killed: both are in one process group.
    fn drop(&mut self) {
        if let Some(id) = self.driver.id() {
            let group = format!("-{id}");
            let _ = std::process::Command::new("kill").args(["-s", "KILL", "--", &group]).status();
        }
    }
}

/// Starts the driver on a free port; gives its address.
async fn start_driver() -> (Child, String) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .process_group(0)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the tour needs Chromium and its driver: Debian's packages chromium and chromium-driver");
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = timeout(PATIENCE, async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some((_, port)) = line.split_once("started successfully on port ") {
                return port.trim_end_matches('.').to_owned();
            }
        }
        panic!("chromedriver ended before it listened");
    });
    let port = port.await.expect("chromedriver says where it listens");
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (driver, format!("http://127.0.0.1:{port}"))
}

async fn request(client: &Client, method: Method, url: &str, body: Option<Value>) -> Result<Value, String> {
    let mut request = client.request(method, url);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.map_err(|error| error.to_string())?;
    let is_success = response.status().is_success();
    let mut answer: Value = response.json().await.map_err(|error| error.to_string())?;
    if is_success { Ok(answer["value"].take()) } else { Err(answer["value"]["message"].to_string()) }
}
