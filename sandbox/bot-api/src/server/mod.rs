//! The HTTP side: the thread that runs it, the door that opens and shuts, one task per connection.

mod answering;
mod body;
mod line;
mod route;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

pub(crate) use body::{Body, Interrupted, streamed, whole};
pub(crate) use route::is_token;

use crate::shared::{Reach, Shared};
use crate::{control, state_file, webhook};
use line::Line;

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;
/// A client that sends no head for so long is dropped.
const HEAD_TIMEOUT: Duration = Duration::from_secs(90);

/// The addresses a server was bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    pub(crate) api: SocketAddr,
    pub(crate) control: Option<SocketAddr>,
}

/// Binds the ports and runs the server on a thread of its own, so that a test's runtime, its clock and its load
/// never disturb Telegram. Returns when connections are taken.
pub(crate) fn start(shared: &Arc<Shared>) -> anyhow::Result<(Bound, JoinHandle<()>)> {
    let api_socket = bind(shared.options.address)?;
    let control_socket = shared.options.control_address.map(bind).transpose()?;
    let bound = Bound {
        api: api_socket.local_addr()?,
        control: control_socket.as_ref().map(TcpSocket::local_addr).transpose()?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (ready, is_ready) = mpsc::channel();
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new().name("bot-api".to_owned()).spawn(move || {
        runtime.block_on(run(shared, api_socket, control_socket, bound.api, ready));
    })?;
    is_ready.recv()??;
    Ok((bound, thread))
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Closed connections of the last run must not keep the port from the next one.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn run(
    shared: Arc<Shared>,
    api: TcpSocket,
    control: Option<TcpSocket>,
    address: SocketAddr,
    ready: mpsc::Sender<io::Result<()>>,
) {
    let control = match control.map(|socket| socket.listen(BACKLOG)).transpose() {
        Ok(listener) => listener,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    if let Some(listener) = control {
        tokio::spawn(control::serve(Arc::clone(&shared), listener));
    }
    tokio::spawn(webhook::deliver_all(Arc::clone(&shared)));
    let saver = tokio::spawn(state_file::save_changes(Arc::clone(&shared)));
    let door = tokio::spawn(keep_door(Arc::clone(&shared), api, address, ready));
    shared.stop.cancelled().await;
    // The last snapshot is written after the last request: nothing that was answered is missing from it.
    let _ = door.await;
    let _ = saver.await;
}

/// Listens, or keeps the port without listening, as [`Reach`] wants it.
async fn keep_door(
    shared: Arc<Shared>,
    mut socket: TcpSocket,
    address: SocketAddr,
    ready: mpsc::Sender<io::Result<()>>,
) {
    let mut wanted = shared.reach();
    let mut ready = Some(ready);
    loop {
        let reach = *wanted.borrow_and_update();
        let done = if reach == Reach::Refusing {
            shared.set_reached(reach);
            tell(&mut ready, Ok(()));
            tokio::select! {
                () = shared.stop.cancelled() => return,
                changed = wanted.changed() => if changed.is_err() { return },
            }
            Ok(socket)
        } else {
            match socket.listen(BACKLOG) {
                Ok(listener) => {
                    shared.set_reached(reach);
                    tell(&mut ready, Ok(()));
                    if !accept_while_open(&shared, listener, &mut wanted).await {
                        return;
                    }
                    // A bound socket that does not listen refuses connections and keeps the port for our return.
                    bind(address)
                }
                Err(error) => Err(error),
            }
        };
        socket = match done {
            Ok(socket) => socket,
            Err(error) => {
                log::error!("the Bot API server lost its port {address}: {error}");
                tell(&mut ready, Err(error));
                return;
            }
        };
    }
}

fn tell(ready: &mut Option<mpsc::Sender<io::Result<()>>>, result: io::Result<()>) {
    if let Some(ready) = ready.take() {
        let _ = ready.send(result);
    }
}

/// Takes connections until it is to refuse them (true) or to stop (false).
async fn accept_while_open(
    shared: &Arc<Shared>,
    listener: TcpListener,
    wanted: &mut tokio::sync::watch::Receiver<Reach>,
) -> bool {
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return false,
            changed = wanted.changed() => {
                let reach = *wanted.borrow_and_update();
                if changed.is_err() || reach == Reach::Refusing {
                    return changed.is_ok();
                }
                shared.set_reached(reach);
            }
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if *wanted.borrow() == Reach::Up => {
                    tokio::spawn(serve_connection(Arc::clone(shared), stream));
                }
                Ok(_) => {}
                // Out of file descriptors, most likely: a moment later there may be some.
                Err(error) => {
                    log::warn!("accepting a connection failed: {error}");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            },
        }
    }
}

async fn serve_connection(shared: Arc<Shared>, stream: TcpStream) {
    // Answers are small and awaited: waiting to fill a packet would cost 40 ms each.
    let _ = stream.set_nodelay(true);
    let (line, orders) = Line::new(stream);
    let mut wanted = shared.reach();
    let stop = shared.stop.clone();
    let service = service_fn(move |request| {
        let (shared, orders) = (Arc::clone(&shared), Arc::clone(&orders));
        async move { answering::answer(&shared, &orders, request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(line), service);
    tokio::select! {
        // An error is a client that left or a fault that was ordered: both are in the log where they matter.
        _ = connection => {}
        () = stop.cancelled() => {}
        _ = wanted.wait_for(|reach| *reach != Reach::Up) => {}
    }
}
