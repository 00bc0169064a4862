//! The listener: a WebSocket handshake with its checks, then mqtt5's handler for the connection.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use mqtt5::broker::{
    BrokerConfig, DynamicStorage, MqttBroker, ResourceMonitor, auth::AuthProvider,
    client_handler::ClientHandler, router::MessageRouter, sys_topics::BrokerStats,
    transport::BrokerTransport, websocket_server::WebSocketStreamWrapper,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Mutex, broadcast},
    task::JoinSet,
    time,
};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        self,
        handshake::server::{ErrorResponse, Request, Response},
        http::{HeaderValue, StatusCode},
        protocol::WebSocketConfig,
    },
};

use crate::{MAX_PACKET, origin::Origins, plain};

const PATH: &str = "/mqtt";
const PROTOCOL: &str = "mqtt";
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(2);

/// What a new connection needs, and the connections that are open.
pub(crate) struct Door {
    origins: Origins,
    config: Arc<BrokerConfig>,
    router: Arc<MessageRouter>,
    auth: Arc<dyn AuthProvider>,
    storage: Option<Arc<DynamicStorage>>,
    stats: Arc<BrokerStats>,
    resources: Arc<ResourceMonitor>,
    closing: broadcast::Sender<()>,
    open: Mutex<JoinSet<()>>,
}

impl Door {
    pub(crate) fn new(broker: &MqttBroker, config: BrokerConfig, origins: Origins) -> Self {
        Self {
            origins,
            config: Arc::new(config),
            router: broker.router(),
            auth: broker.auth_provider(),
            storage: broker.storage(),
            stats: broker.stats(),
            resources: broker.resource_monitor(),
            closing: broadcast::Sender::new(1),
            open: Mutex::default(),
        }
    }

    /// Says goodbye to everyone and waits a moment for the sessions to be put away.
    pub(crate) async fn close(&self) {
        let _ = self.closing.send(());
        let mut open = self.open.lock().await;
        let all_gone = async { while open.join_next().await.is_some() {} };
        let _ = time::timeout(FAREWELL_TIMEOUT, all_gone).await;
    }

    async fn receive(&self, mut stream: TcpStream, peer: SocketAddr) {
        let _ = stream.set_nodelay(true);
        match time::timeout(HANDSHAKE_TIMEOUT, plain::answer(&mut stream, PATH)).await {
            Ok(Ok(false)) => {}
            // Answered, broken or too slow.
            Ok(Ok(true) | Err(_)) | Err(_) => return,
        }
        let Ok(Ok(socket)) = time::timeout(HANDSHAKE_TIMEOUT, self.shake_hands(stream)).await else {
            return;
        };
        let handler = ClientHandler::new(
            BrokerTransport::websocket(WebSocketStreamWrapper::new(socket)),
            peer,
            Arc::clone(&self.config),
            Arc::clone(&self.router),
            Arc::clone(&self.auth),
            self.storage.clone(),
            Arc::clone(&self.stats),
            Arc::clone(&self.resources),
            self.closing.subscribe(),
        );
        // How a connection ended is the client's affair.
        let _ = handler.run().await;
    }

    async fn shake_hands(&self, stream: TcpStream) -> tungstenite::Result<WebSocketStream<TcpStream>> {
        let limits = WebSocketConfig::default()
            .max_message_size(Some(2 * MAX_PACKET))
            .max_frame_size(Some(2 * MAX_PACKET));
        #[expect(clippy::result_large_err, reason = "the signature is tungstenite's")]
        let check = |request: &Request, response: Response| self.check(request, response);
        accept_hdr_async_with_config(stream, check, Some(limits)).await
    }

    #[expect(clippy::result_large_err, reason = "the signature is tungstenite's")]
    fn check(&self, request: &Request, mut response: Response) -> Result<Response, ErrorResponse> {
        let header = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or(""));
        if request.uri().path() != PATH {
            return Err(refusal(StatusCode::NOT_FOUND));
        }
        if !self.origins.allow(header("Origin")) {
            eprintln!(
                "refused a page from {}: only pages from {} may connect; `cargo xtask serve --lan` lets in other devices",
                header("Origin").unwrap_or_default(),
                self.origins
            );
            return Err(refusal(StatusCode::FORBIDDEN));
        }
        let offered = header("Sec-WebSocket-Protocol").unwrap_or_default();
        if !offered.split(',').any(|protocol| protocol.trim() == PROTOCOL) {
            return Err(refusal(StatusCode::BAD_REQUEST));
        }
        response.headers_mut().insert("Sec-WebSocket-Protocol", HeaderValue::from_static(PROTOCOL));
        Ok(response)
    }
}

fn refusal(status: StatusCode) -> ErrorResponse {
    let mut response = ErrorResponse::new(None);
    *response.status_mut() = status;
    response
}

/// Accepts until dropped. Each handshake is a task of its own: one slow client must not keep the others out.
pub(crate) async fn serve(listener: &TcpListener, door: &Arc<Door>) {
    loop {
        let Ok((stream, peer)) = listener.accept().await else {
            // Out of file descriptors, most likely.
            time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let mut open = door.open.lock().await;
        while open.try_join_next().is_some() {}
        let door = Arc::clone(door);
        open.spawn(async move { door.receive(stream, peer).await });
    }
}
