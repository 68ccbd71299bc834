//! What stands before several instances: one address, and each connection goes to the next of them.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A balancer. Dropping it closes its address.
pub struct Balancer {
    addr: SocketAddr,
    instances: Arc<Mutex<Vec<SocketAddr>>>,
    accepting: JoinHandle<()>,
}

impl Balancer {
    /// One before nobody yet: the instances have to know its address first.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("its address");
        let instances = Arc::new(Mutex::new(Vec::new()));
        let accepting = tokio::spawn(accept(listener, instances.clone()));
        Self { addr, instances, accepting }
    }

    /// Where it is reached.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// From now on it stands before these, too.
    pub fn stands_before(&self, instances: &[SocketAddr]) {
        self.instances.lock().expect("nobody panicked").extend(instances);
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, instances: Arc<Mutex<Vec<SocketAddr>>>) {
    let mut turn = 0;
    while let Ok((mut caller, _)) = listener.accept().await {
        let mut instances = instances.lock().expect("nobody panicked").clone();
        if instances.is_empty() {
            continue;
        }
        let next = turn % instances.len();
        instances.rotate_left(next);
        turn += 1;
        tokio::spawn(async move {
            for instance in instances {
                // Who is dead is passed over.
                if let Ok(mut instance) = TcpStream::connect(instance).await {
                    let _ = tokio::io::copy_bidirectional(&mut caller, &mut instance).await;
                    return;
                }
            }
        });
    }
}
