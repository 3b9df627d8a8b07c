//! A network that can be cut, slowed and torn: a TCP proxy before each port of AWS that the functions call.
//!
//! It knows nothing of HTTP. An exchange begins when the client speaks after the server did; which fault it meets follows
//! from the seed, the port and the number of the exchange alone. So the same seed has the same plan of faults, though
//! which call is the hundredth differs from run to run, for the processes that call are real.

mod exchange;
mod fault;
mod port;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;

pub use fault::{NetworkFault, Place, Weather};
pub use port::{Port, Struck};

/// The proxies before the ports of AWS.
#[derive(Debug)]
pub struct Network {
    /// Before EC2.
    pub ec2: Port,
    /// Before DynamoDB.
    pub dynamo: Port,
    /// Before the load balancer's key server.
    pub keys: Port,
}

impl Network {
    /// Starts them, in clear weather.
    pub(crate) async fn start(
        seed: u64,
        ec2: SocketAddr,
        dynamo: SocketAddr,
        keys: SocketAddr,
    ) -> io::Result<Self> {
        Ok(Self {
            ec2: Port::start("EC2", seed, ec2).await?,
            dynamo: Port::start("DynamoDB", seed, dynamo).await?,
            keys: Port::start("key server", seed, keys).await?,
        })
    }

    /// All of them.
    pub fn ports(&self) -> [&Port; 3] {
        [&self.ec2, &self.dynamo, &self.keys]
    }

    pub(crate) fn stop(&self) {
        for port in self.ports() {
            port.stop();
        }
    }
}
