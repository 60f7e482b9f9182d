package caravana.web.outbound;

import caravana.outbound.Network;
import caravana.outbound.OutboundAddresses;
import caravana.outbound.RefusedAddressException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    /** Sends a client that calls {@code /N} to the hostile URL of that number. */
    private static final String REDIRECTING = "http://public.example.com/";

    private static OutgoingCalls.Maker maker;

    private static final Queue<InetAddress> CONNECTIONS = new ConcurrentLinkedQueue<>();
    private static final AtomicInteger LOOKUPS = new AtomicInteger();

    private HostileNetwork() {}

    /** @param arguments the class of an {@link OutgoingCalls.Maker} */
    public static void main(String[] arguments) throws Exception {
        maker = (OutgoingCalls.Maker)
                Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
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
        int redirected = callRedirects(wrong);
        wrong.forEach(System.out::println);
        System.out.printf(
                "RESULT name=hostile-urls by=%s value=%d unit=wrong urls=%d refused=%d rebinds=%d refused-then=%d redirects=%d"
                        + " target=0 verdict=%s%n",
                maker.getClass().getSimpleName(),
                wrong.size(),
                HostileUrls.all().size(),
                refused,
                REBINDS,
                rebound,
                redirected,
                wrong.isEmpty() ? "pass" : "fail");
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    /** Otherwise there would be none for another reason: a public host is connected to, and inside ones where they are allowed. */
    private static void checkThatConnectionsAreSeen(List<String> wrong) throws Exception {
        try (OutgoingCalls caller = calls(List.of())) {
            caller.call("https://public.example.com/");
        }
        try (OutgoingCalls caller = calls(List.of(Network.parse("0.0.0.0/0"), Network.parse("::/0")))) {
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
        try (OutgoingCalls caller = calls(List.of())) {
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

    /** As the deployment's own settings have it. */
    private static OutgoingCalls calls(List<Network> allowed) throws IOException {
        return maker.with(addresses(Set.of("https"), allowed));
    }

    private static OutboundAddresses addresses(Set<String> schemes, List<Network> allowed) {
        Set<Integer> ports = schemes.contains("http") ? Set.of(80, 443, 8443) : Set.of(443, 8443);
        return new OutboundAddresses(schemes, ports, allowed, InetAddress::getAllByName);
    }

    /**
     * A public server leads to each hostile URL that a header can have. Of plain HTTP, so that it needs no certificate. What leads to
     * public servers is followed there or refused, as it is for those who do not follow at all.
     */
    private static int callRedirects(List<String> wrong) throws Exception {
        int called = 0;
        try (OutgoingCalls caller = maker.with(addresses(Set.of("http", "https"), List.of()))) {
            for (int i = 0; i < HostileUrls.all().size(); i++) {
                String url = HostileUrls.all().get(i);
                if (url.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                    Object code = caller.call(REDIRECTING + i);
                    called++;
                    for (String address : connections()) {
                        if (!address.equals(PUBLIC)) {
                            wrong.add("The redirect to " + url + " led to " + address);
                        }
                    }
                    if (code == null) {
                        wrong.add("The redirect to " + url + " ended well");
                    }
                }
            }
        }
        return called;
    }

    /** Checked as when a webhook is created, and called then: by each call it is looked up again. */
    private static int callRebound(List<String> wrong) throws Exception {
        int refused = 0;
        try (OutgoingCalls caller = calls(List.of())) {
            for (int i = 0; i < REBINDS; i++) {
                try {
                    addresses(Set.of("https"), List.of()).resolve(REBOUND);
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

    private static void listen(int port) throws IOException {
        ServerSocket server = new ServerSocket(port, 1000);
        background(() -> {
            try (Socket call = server.accept()) {
                CONNECTIONS.add(call.getLocalAddress());
                if (port == 80) {
                    redirect(call);
                }
            }
        });
    }

    /** Answers one request: with the way to a hostile URL, or 404. */
    private static void redirect(Socket call) throws IOException {
        call.setSoTimeout(5000);
        BufferedReader request =
                new BufferedReader(new InputStreamReader(call.getInputStream(), StandardCharsets.US_ASCII));
        String line = request.readLine();
        for (String header = line; header != null && !header.isEmpty(); header = request.readLine()) {
            // The client waits for the answer until all of its request is read.
        }
        Matcher number = Pattern.compile("[A-Z]+ /([0-9]+) .*").matcher(String.valueOf(line));
        String answer = number.matches()
                ? "302 Found\r\nLocation: " + HostileUrls.all().get(Integer.parseInt(number.group(1)))
                : "404 Not Found";
        call.getOutputStream()
                .write(("HTTP/1.1 " + answer + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
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
