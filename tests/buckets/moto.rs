//! Tests against a store that others wrote: moto's server of S3. Skipped unless `moto_server` is at hand (`pip install moto[server]`), or
//! `MOTO_SERVER` names it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use image::ImageFormat;

use crate::album::{Album, picture};
use crate::server::BUCKET;

/// A running server, which ends with the test.
struct Moto {
    process: Child,
    port: u16,
}

impl Moto {
    fn start() -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let program = std::env::var_os("MOTO_SERVER").unwrap_or_else(|| "moto_server".into());
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let moto = Self { process: command.spawn().ok()?, port };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "moto does not start");
            thread::sleep(Duration::from_millis(50));
        }
        moto.request("PUT", "", &[]);
        Some(moto)
    }

    /// Sends a request with the name of a key, of which moto checks no signature, and returns the status and the body.
    fn request(&self, method: &str, key: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let length = body.len();
        let head = format!(
            "{method} /{BUCKET}/{key} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\nContent-Length: {length}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=key/20261128/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n",
            self.port
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
        let status = String::from_utf8_lossy(&answer[..end]).split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_off(end))
    }

    fn thumbs(&self, album: &Album, words: &[&str]) -> String {
        let mut command = album.command(words);
        let output = command.env("AWS_ENDPOINT", format!("http://127.0.0.1:{}", self.port)).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        text(&output.stderr) + text(&output.stdout).lines().last().unwrap_or_default()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_store_of_others_is_read_listed_and_written_under_conditions() {
    let Some(moto) = Moto::start() else {
        println!("skipped: there is no moto_server; `pip install moto[server]` brings it");
        return;
    };
    let album = Album::new();
    for number in 0..60 {
        let (status, _) = moto.request("PUT", &format!("in/x/{number}.jpg"), &picture(number, ImageFormat::Jpeg));
        assert_eq!(status, 200);
    }
    let theirs = picture(99, ImageFormat::Png);
    moto.request("PUT", "out/x/7.jpg", &theirs);
    let (from, to) = (Album::url("in"), Album::url("out"));
    let text = moto.thumbs(&album, &[&from, "-o", &to]);
    assert!(text.contains("59 written, 0 up to date, 0 skipped, 1 failed"), "{text}");
    assert!(text.contains("out/x/7.jpg was not made by thumbs"), "{text}");
    assert!(moto.request("GET", "out/x/7.jpg", &[]).1 == theirs, "it was overwritten");
    let (status, thumbnail) = moto.request("GET", "out/x/8.jpg", &[]);
    assert!(status == 200 && image::load_from_memory(&thumbnail).is_ok());
    let text = moto.thumbs(&album, &[&from, "-o", &to, "--update"]);
    assert!(text.contains("0 written, 59 up to date, 0 skipped, 1 failed"), "{text}");
    let text = moto.thumbs(&album, &[&from, "-o", &to, "-s", "20"]);
    assert!(text.contains("59 written, 0 up to date, 0 skipped, 1 failed"), "{text}");
    let text = moto.thumbs(&album, &[&from, "-o", &to, "-s", "20", "--force"]);
    assert!(text.contains("60 written"), "{text}");
    assert!(moto.request("GET", "out/x/7.jpg", &[]).1 != theirs);
}
