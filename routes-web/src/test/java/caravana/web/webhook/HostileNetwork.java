package caravana.web.webhook;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import caravana.outbound.Network;
import caravana.outbound.OutboundAddresses;
import caravana.outbound.RefusedAddressException;
import caravana.web.events.CloudEvents;
import caravana.web.outbound.OutboundClients;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls hostile URLs as web does, in a network where every address leads to this program: it is all servers there, the name server
 * too. {@link HostileUrlsTest} starts it. It prints one result, and its exit status is 1 for what is not as it should be.
 */
final class HostileNetwork {

    private static final int[] PORTS = {22, 25, 80, 443, 8443};
    private static final String PUBLIC = "8.8.8.8";

    /** On the internet at one lookup, and this machine at the next. */
    private static final String REBOUND = "rebound.example.com";

    private static final int REBINDS = 50;

    private static final Queue<InetAddress> CONNECTIONS = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger LOOKUPS = new AtomicInteger();

    private HostileNetwork() {}

    public static void main(String[] arguments) throws Exception {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
        serveNames();
        for (int port : PORTS) {
            listen(port);
        }
        List<String> wrong = new ArrayList<>();
        checkThatConnectionsAreSeen(wrong);
        int refused = callHostile(wrong);
        int rebound = callRebound(wrong);
        wrong.forEach(System.out::println);
        System.out.printf(
                "RESULT name=hostile-urls value=%d unit=wrong urls=%d refused=%d rebinds=%d refused-then=%d target=0 verdict=%s%n",
                wrong.size(), HostileUrls.all().size(), refused, REBINDS, rebound, wrong.isEmpty() ? "pass" : "fail");
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    /** Otherwise there would be none for another reason: a public host is connected to, and inside ones where they are allowed. */
    private static void checkThatConnectionsAreSeen(List<String> wrong) throws Exception {
        try (Caller caller = new Caller(List.of())) {
            caller.call("https://public.example.com/");
        }
        try (Caller caller = new Caller(List.of(Network.parse("0.0.0.0/0"), Network.parse("::/0")))) {
            for (String host :
                    List.of("10.0.0.0", "169.254.169.254", "[fd00:ec2::254]", "host-127-0-0-1.example.com")) {
                caller.call("https://" + host + "/");
            }
        }
        List<String> seen = connections();
        for (String address : List.of(PUBLIC, "10.0.0.0", "169.254.169.254", "fd00:ec2:0:0:0:0:0:254", "127.0.0.1")) {
            if (!seen.contains(address)) {
                wrong.add("No connection to " + address + " was seen, where one is allowed: " + seen);
            }
        }
    }

    private static int callHostile(List<String> wrong) throws Exception {
        int refused = 0;
        try (Caller caller = new Caller(List.of())) {
            for (String url : HostileUrls.all()) {
                Object code = caller.call(url);
                if (HostileUrlsTest.CODES.contains(code)) {
                    refused++;
                } else {
                    wrong.add(url + " ended as " + code);
                }
            }
        }
        connections().forEach(address -> wrong.add("Connected to " + address));
        return refused;
    }

    /** Checked as when a webhook is created, and called then: by each call it is looked up again. */
    private static int callRebound(List<String> wrong) throws Exception {
        int refused = 0;
        try (Caller caller = new Caller(List.of())) {
            for (int i = 0; i < REBINDS; i++) {
                try {
                    caller.addresses.resolve(REBOUND);
                } catch (RefusedAddressException inside) {
                    refused++;
                }
                refused += "address_refused".equals(caller.call("https://" + REBOUND + "/")) ? 1 : 0;
            }
        }
        connections().stream()
                .filter(address -> !address.equals(PUBLIC))
                .forEach(address -> wrong.add("A name led to " + address));
        if (refused == 0) {
            wrong.add("The name that changes its address was never refused");
        }
        return refused;
    }

    /** The addresses that were connected to since the last call. */
    private static List<String> connections() {
        List<String> seen = new ArrayList<>();
        for (InetAddress address = CONNECTIONS.poll(); address != null; address = CONNECTIONS.poll()) {
            seen.add(address.getHostAddress().replaceAll("%.*", ""));
        }
        return seen;
    }

    /** What web calls receivers by, with the deployment's own settings. */
    private static final class Caller implements AutoCloseable {

        private final OutboundAddresses addresses;
        private final WebhookCall calls;

        Caller(List<Network> allowed) throws IOException {
            addresses = new OutboundAddresses(Set.of("https"), Set.of(443, 8443), allowed, InetAddress::getAllByName);
            CloudEvents events = mock(CloudEvents.class);
            when(events.document(any())).thenReturn(Map.of());
            WebhookSecrets secrets = mock(WebhookSecrets.class);
            when(secrets.signatures(any(), any(), anyLong(), any())).thenReturn("v1,none");
            Duration second = Duration.ofSeconds(1);
            calls = new WebhookCall(
                    addresses,
                    new OutboundClients(addresses),
                    secrets,
                    events,
                    new WebhookProperties(second, Duration.ofSeconds(10), second, List.of(second)),
                    new ObjectMapper(),
                    new SimpleMeterRegistry());
        }

        /** The code of what kept the call from its answer. */
        Object call(String url) throws IOException {
            Map<String, Object> row = new HashMap<>();
            row.put("event_id", "one");
            row.put("url", url);
            row.put("attempts", 0);
            return calls.send(row).get("error");
        }

        @Override
        public void close() throws IOException {
            calls.destroy();
        }
    }

    private static void listen(int port) throws IOException {
        ServerSocket server = new ServerSocket(port, 1000);
        background(() -> {
            try (Socket call = server.accept()) {
                CONNECTIONS.add(call.getLocalAddress());
            }
        });
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void background(Step step) {
        Thread thread = new Thread(() -> {
            while (true) {
                try {
                    step.run();
                } catch (IOException callerLeft) {
                    // The next one may stay.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** Answers questions for addresses, as RFC 1035 has it. */
    private static void serveNames() throws IOException {
        DatagramSocket server = new DatagramSocket(53);
        byte[] space = new byte[512];
        background(() -> {
            DatagramPacket question = new DatagramPacket(space, space.length);
            server.receive(question);
            byte[] answer = answer(ByteBuffer.wrap(space, 0, question.getLength()));
            server.send(new DatagramPacket(answer, answer.length, question.getSocketAddress()));
        });
    }

    private static byte[] answer(ByteBuffer question) throws IOException {
        short id = question.getShort();
        question.position(12);
        StringBuilder name = new StringBuilder();
        for (int length = question.get(); length > 0; length = question.get()) {
            byte[] label = new byte[length];
            question.get(label);
            name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
        }
        boolean version4 = question.getShort() == 1;
        question.getShort();
        List<InetAddress> found = addresses(name.toString().toLowerCase(), version4);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeShort(id);
        // An answer, with recursion; "no such name" where there is none of either kind.
        out.writeShort(found == null ? 0x8183 : 0x8180);
        out.writeShort(1);
        out.writeShort(found == null ? 0 : found.size());
        out.writeInt(0);
        out.write(question.array(), 12, question.position() - 12);
        for (InetAddress address : found == null ? List.<InetAddress>of() : found) {
            // The name of the question, type, class IN, for no time.
            out.writeShort(0xc00c);
            out.writeShort(version4 ? 1 : 28);
            out.writeShort(1);
            out.writeInt(0);
            out.writeShort(address.getAddress().length);
            out.write(address.getAddress());
        }
        return bytes.toByteArray();
    }

    private static List<InetAddress> addresses(String name, boolean version4) throws UnknownHostException {
        List<String> texts = name.equals(REBOUND)
                ? List.of(!version4 ? PUBLIC : LOOKUPS.getAndIncrement() % 2 == 0 ? PUBLIC : "127.0.0.1")
                : HostileUrls.names().get(name);
        if (texts == null) {
            return null;
        }
        List<InetAddress> found = new ArrayList<>();
        for (String text : texts) {
            if (text.contains(":") != version4) {
                found.add(InetAddress.getByName(text));
            }
        }
        return found;
    }
}
