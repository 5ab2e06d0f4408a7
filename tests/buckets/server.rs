//! A store with the protocol of S3, as far as clients of objects need it, and with faults on request.
//!
//! It has one bucket, in memory: `GET` with ranges and conditions, `HEAD`, conditional `PUT`, `DELETE` and lists in pages.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The name of the bucket.
pub const BUCKET: &str = "album";

/// Objects of a page. S3 has 1000.
const PAGE: usize = 100;

/// A running store.
pub struct Server {
    pub port: u16,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    objects: Mutex<BTreeMap<String, Object>>,
    /// Requests of a thousand that go wrong.
    faults: AtomicU64,
    requests: AtomicU64,
    /// Whether the credentials have expired.
    is_expired: AtomicBool,
    /// Whether conditional writes are refused, as some stores do.
    is_simple: AtomicBool,
    injected: Mutex<BTreeMap<&'static str, u64>>,
    /// The keys of all writes that took effect.
    written: Mutex<Vec<String>>,
    /// Bytes of objects sent.
    sent: AtomicU64,
    most_at_once: AtomicU64,
    /// Milliseconds before each answer.
    delay: AtomicU64,
    at_once: AtomicU64,
}

#[derive(Clone)]
struct Object {
    bytes: Arc<Vec<u8>>,
    tag: String,
}

struct Request {
    method: String,
    key: String,
    query: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

struct Response {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// The length that the header states, for an answer without its body.
    length: Option<usize>,
}

/// A way in which a request goes wrong.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    Error,
    TooBusy,
    /// The answer breaks off.
    Cut,
    /// The answer pauses.
    Slow,
    /// The request is carried out, but its answer is lost.
    Lost,
}

const FAULTS: [(Fault, &str); 5] =
    [(Fault::Error, "500"), (Fault::TooBusy, "503"), (Fault::Cut, "cut"), (Fault::Slow, "slow"), (Fault::Lost, "lost")];

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &state));
            }
        });
        Self { port, state }
    }

    pub fn put(&self, key: &str, bytes: &[u8]) {
        self.state.store(key, bytes.to_vec());
    }

    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.state.objects.lock().unwrap().get(key).map(|object| object.bytes.to_vec())
    }

    pub fn remove(&self, key: &str) {
        self.state.objects.lock().unwrap().remove(key);
    }

    /// Lists the keys below a prefix, without those of ledgers.
    pub fn keys(&self, prefix: &str) -> Vec<String> {
        self.all_keys(prefix).into_iter().filter(|key| !key.contains("/.thumbs/")).collect()
    }

    pub fn all_keys(&self, prefix: &str) -> Vec<String> {
        let objects = self.state.objects.lock().unwrap();
        objects.keys().filter(|key| key.starts_with(prefix)).cloned().collect()
    }

    /// Lets this many requests of a thousand go wrong.
    pub fn fail(&self, per_mille: u64) {
        self.state.faults.store(per_mille, Ordering::SeqCst);
    }

    pub fn expire(&self, is_expired: bool) {
        self.state.is_expired.store(is_expired, Ordering::SeqCst);
    }

    pub fn delay(&self, delay: Duration) {
        self.state.delay.store(delay.as_millis() as u64, Ordering::SeqCst);
    }

    pub fn refuse_conditions(&self) {
        self.state.is_simple.store(true, Ordering::SeqCst);
    }

    /// Returns how often each fault was injected.
    pub fn injected(&self) -> BTreeMap<&'static str, u64> {
        self.state.injected.lock().unwrap().clone()
    }

    /// Returns the keys of the writes so far, without those of ledgers.
    pub fn written(&self) -> Vec<String> {
        self.state.written.lock().unwrap().iter().filter(|key| !key.contains("/.thumbs/")).cloned().collect()
    }

    /// Returns the bytes of objects sent so far, those of ledgers included.
    pub fn sent(&self) -> u64 {
        self.state.sent.load(Ordering::SeqCst)
    }

    pub fn requests(&self) -> u64 {
        self.state.requests.load(Ordering::SeqCst)
    }

    /// Returns the largest number of requests under way at a time.
    pub fn most_at_once(&self) -> u64 {
        self.state.most_at_once.load(Ordering::SeqCst)
    }
}

impl State {
    fn store(&self, key: &str, bytes: Vec<u8>) -> String {
        // As in S3, the same bytes have the same tag.
        let tag = format!("\"{:016x}-{}\"", fnv(&bytes), bytes.len());
        let object = Object { bytes: Arc::new(bytes), tag: tag.clone() };
        self.objects.lock().unwrap().insert(key.to_string(), object);
        tag
    }

    /// Decides by the number of the request, so that a test meets the same faults every time.
    fn fault(&self) -> Option<Fault> {
        let number = self.requests.fetch_add(1, Ordering::SeqCst);
        let random = fnv(&number.to_le_bytes());
        if random % 1000 >= self.faults.load(Ordering::SeqCst) {
            return None;
        }
        let (fault, name) = FAULTS[(random / 1000 % 5) as usize];
        *self.injected.lock().unwrap().entry(name).or_default() += 1;
        Some(fault)
    }

    fn answer(&self, request: &Request) -> Response {
        if self.is_expired.load(Ordering::SeqCst) {
            return refusal(400, "ExpiredToken", "The provided token has expired.");
        }
        let is_public = request.key.starts_with("public/") && matches!(request.method.as_str(), "GET" | "HEAD");
        if !is_public && !request.headers.get("authorization").is_some_and(|value| value.contains("Signature=")) {
            return refusal(403, "AccessDenied", "Access Denied");
        }
        match request.method.as_str() {
            "GET" if request.query.contains("list-type=2") => self.list(&request.query),
            "GET" | "HEAD" => self.read(request),
            "PUT" => self.write(request),
            "DELETE" => {
                self.objects.lock().unwrap().remove(&request.key);
                plain(204)
            }
            "POST" if request.query.starts_with("delete") => {
                let body = String::from_utf8(request.body.clone()).unwrap();
                let keys = body.split("<Key>").skip(1).map(|key| key.split("</Key>").next().unwrap());
                let delete = |key: &str| {
                    self.objects.lock().unwrap().remove(key);
                    format!("<Deleted><Key>{key}</Key></Deleted>")
                };
                let deleted: String = keys.map(delete).collect();
                Response { body: format!("<DeleteResult>{deleted}</DeleteResult>").into(), ..plain(200) }
            }
            _ => refusal(405, "MethodNotAllowed", ""),
        }
    }

    fn read(&self, request: &Request) -> Response {
        let Some(Object { bytes, tag }) = self.objects.lock().unwrap().get(&request.key).cloned() else {
            return refusal(404, "NoSuchKey", "The specified key does not exist.");
        };
        if request.headers.get("if-match").is_some_and(|wanted| *wanted != tag) {
            return refusal(412, "PreconditionFailed", "");
        }
        let mut headers = vec![("ETag", tag), ("Last-Modified", "Sat, 28 Nov 2026 00:00:00 GMT".to_string())];
        let Some(range) = request.headers.get("range") else {
            return Response { status: 200, headers, body: bytes.to_vec(), length: None };
        };
        let (first, last) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        let first: usize = first.parse().unwrap();
        if first >= bytes.len() {
            return refusal(416, "InvalidRange", "");
        }
        let end = last.parse().map_or(bytes.len(), |last: usize| bytes.len().min(last + 1));
        headers.push(("Content-Range", format!("bytes {first}-{}/{}", end - 1, bytes.len())));
        Response { status: 206, headers, body: bytes[first..end].to_vec(), length: None }
    }

    fn write(&self, request: &Request) -> Response {
        let condition = |name: &str| request.headers.get(name);
        if self.is_simple.load(Ordering::SeqCst) && (condition("if-none-match").or(condition("if-match"))).is_some() {
            return refusal(
                501,
                "NotImplemented",
                "A header you provided implies functionality that is not implemented",
            );
        }
        let there = self.objects.lock().unwrap().get(&request.key).map(|object| object.tag.clone());
        match (condition("if-none-match"), condition("if-match"), there) {
            (Some(_), _, Some(_)) => return refusal(412, "PreconditionFailed", ""),
            (_, Some(wanted), there) if there.as_ref() != Some(wanted) => {
                return refusal(412, "PreconditionFailed", "");
            }
            _ => {}
        }
        self.written.lock().unwrap().push(request.key.clone());
        let tag = self.store(&request.key, request.body.clone());
        Response { status: 200, headers: vec![("ETag", tag)], body: Vec::new(), length: None }
    }

    fn list(&self, query: &str) -> Response {
        let field = |name: &str| {
            let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            value.map(|value| decode(&value.replace('+', " "))).unwrap_or_default()
        };
        let (prefix, after) = (field("prefix"), field("continuation-token").max(field("start-after")));
        let objects = self.objects.lock().unwrap();
        let mut found = objects.iter().filter(|(key, _)| key.starts_with(&prefix) && **key > after);
        let page: Vec<_> = found.by_ref().take(PAGE).collect();
        let contents: String = page
            .iter()
            .map(|(key, object)| {
                format!(
                    "<Contents><Key>{}</Key><LastModified>2026-11-28T00:00:00.000Z</LastModified><ETag>{}</ETag><Size>{}</Size></Contents>",
                    escape(key), escape(&object.tag), object.bytes.len()
                )
            })
            .collect();
        let next = match (found.next(), page.last()) {
            (Some(_), Some((last, _))) => {
                format!(
                    "<IsTruncated>true</IsTruncated><NextContinuationToken>{}</NextContinuationToken>",
                    escape(last)
                )
            }
            _ => "<IsTruncated>false</IsTruncated>".to_string(),
        };
        let body = format!("<ListBucketResult><Name>{BUCKET}</Name>{next}{contents}</ListBucketResult>");
        Response {
            status: 200,
            headers: vec![("Content-Type", "application/xml".to_string())],
            body: body.into(),
            length: None,
        }
    }
}

fn serve(stream: &TcpStream, state: &State) {
    let _ = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    while let Some(request) = read_request(&mut reader) {
        let at_once = state.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        state.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(state.delay.load(Ordering::SeqCst)));
        let fault = state.fault();
        let mut response = match fault {
            Some(Fault::Error) => refusal(500, "InternalError", "We encountered an internal error."),
            Some(Fault::TooBusy) => refusal(503, "SlowDown", "Please reduce your request rate."),
            _ => state.answer(&request),
        };
        if request.method == "HEAD" {
            response.length = Some(response.body.len());
            response.body.clear();
        }
        let is_object = request.method == "GET" && request.query.is_empty() && response.status < 300;
        let is_sent = if fault == Some(Fault::Lost) { None } else { send(stream, &response, fault) };
        state.at_once.fetch_sub(1, Ordering::SeqCst);
        let Some(sent) = is_sent else { return };
        if is_object {
            state.sent.fetch_add(sent as u64, Ordering::SeqCst);
        }
        if sent < response.body.len() {
            return;
        }
    }
}

/// Sends a response, and returns the bytes of its body that were sent.
fn send(mut stream: &TcpStream, response: &Response, fault: Option<Fault>) -> Option<usize> {
    let Response { status, headers, body, length } = response;
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n", length.unwrap_or(body.len()));
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    let half = body.len() / 2;
    match fault {
        Some(Fault::Cut) => {
            stream.write_all(&body[..half]).ok()?;
            return Some(half);
        }
        Some(Fault::Slow) => {
            stream.write_all(&body[..half]).ok()?;
            thread::sleep(Duration::from_millis(300));
            stream.write_all(&body[half..]).ok()?;
        }
        _ => stream.write_all(body).ok()?,
    }
    Some(body.len())
}

fn read_request(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_string(), words.next()?.to_string());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_string());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let path = decode(path);
    let key = path.strip_prefix(&format!("/{BUCKET}")).unwrap_or_default().trim_start_matches('/').to_string();
    Some(Request { method, key, query: query.to_string(), headers, body })
}

fn refusal(status: u16, code: &str, message: &str) -> Response {
    let body = format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message></Error>");
    Response { body: body.into(), ..plain(status) }
}

fn plain(status: u16) -> Response {
    Response { status, headers: Vec::new(), body: Vec::new(), length: None }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        rest = others;
        match (first, others) {
            (b'%', [high, low, others @ ..]) => {
                bytes.push(u8::from_str_radix(&format!("{}{}", *high as char, *low as char), 16).unwrap());
                rest = others;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn fnv(bytes: &[u8]) -> u64 {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ hash >> 29
}
