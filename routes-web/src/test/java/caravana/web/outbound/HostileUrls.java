package caravana.web.outbound;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** URLs that lead inside, or are none, in the ways that are known for it. */
final class HostileUrls {

    /** One or more of each network that is not on the internet, its first and its last ones. */
    private static final List<String> INSIDE = List.of(
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.100.100.200",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.0.1",
            "169.254.169.254",
            "169.254.255.255",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255");

    private static final List<String> INSIDE_V6 = List.of(
            "::",
            "::1",
            "0:0:0:0:0:0:0:1",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fdff:ffff::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
            "ff0e::1");

    private static final Map<String, List<String>> NAMES = new HashMap<>();

    private static final List<String> URLS = listed();

    private HostileUrls() {}

    /** More than 500, each of them once. */
    static List<String> all() {
        return URLS;
    }

    /** The addresses of the names in them, of IPv4 and IPv6; {@code public.example.com} is on the internet. */
    static Map<String, List<String>> names() {
        return NAMES;
    }

    private static List<String> listed() {
        List<String> urls = new ArrayList<>();
        for (String ip : INSIDE) {
            String[] parts = ip.split("\\.");
            long number = 0;
            StringBuilder octal = new StringBuilder();
            StringBuilder hex = new StringBuilder();
            StringBuilder padded = new StringBuilder();
            for (String part : parts) {
                number = number * 256 + Integer.parseInt(part);
                octal.append(octal.isEmpty() ? "0" : ".0").append(Integer.toOctalString(Integer.parseInt(part)));
                hex.append(hex.isEmpty() ? "0x" : ".0x").append(Integer.toHexString(Integer.parseInt(part)));
                padded.append(padded.isEmpty() ? "" : ".").append("%03d".formatted(Integer.parseInt(part)));
            }
            String name = "host-" + ip.replace('.', '-') + ".example.com";
            NAMES.put(name, List.of(ip));
            NAMES.put("both." + name, List.of("8.8.8.8", ip));
            for (String host : List.of(
                    ip,
                    ip + ".",
                    octal.toString(),
                    hex.toString(),
                    padded + ".0",
                    String.valueOf(number),
                    "0x" + Long.toHexString(number),
                    "0" + Long.toOctalString(number),
                    parts[0] + "." + (number % (1 << 24)),
                    parts[0] + "." + parts[1] + "." + (number % (1 << 16)),
                    "[::ffff:" + ip + "]",
                    "[::" + ip + "]",
                    "[::ffff:0:" + ip + "]",
                    "[64:ff9b::" + ip + "]",
                    name,
                    "both." + name)) {
                urls.add("https://" + host + "/hook");
            }
            urls.add("https://8.8.8.8@" + ip + "/");
            urls.add("https://" + ip + ":22/");
        }
        for (String ip : INSIDE_V6) {
            NAMES.put("v6-" + ip.replace(':', '-').replaceAll("-+$", "") + ".example.com", List.of(ip));
            urls.add("https://[" + ip + "]/");
            urls.add("https://[" + ip + "%25eth0]/");
            urls.add("https://[" + ip + "]:8443/");
        }
        NAMES.keySet().stream()
                .filter(name -> name.startsWith("v6-"))
                .forEach(name -> urls.add("https://" + name + "/"));
        NAMES.put("public.example.com", List.of("8.8.8.8"));
        for (String wrong : List.of(
                "",
                "https",
                "https:",
                "https:/",
                "https://",
                "https:///hook",
                "https:public.example.com",
                "//public.example.com/",
                "public.example.com",
                "/hook",
                "http://public.example.com/",
                "ftp://public.example.com/",
                "file:///etc/passwd",
                "gopher://public.example.com/",
                "jar:https://public.example.com/a!/",
                "javascript:alert(1)",
                "data:text/plain,a",
                "ldap://public.example.com/",
                "unix:///var/run/docker.sock",
                "https://user@public.example.com/",
                "https://user:secret@public.example.com/",
                "https://@public.example.com/",
                "https://:@public.example.com/",
                "https://public.example.com@8.8.8.8/",
                "https://public.example.com#@8.8.8.8/",
                "https://public.example.com:0/",
                "https://public.example.com:22/",
                "https://public.example.com:25/",
                "https://public.example.com:80/",
                "https://public.example.com:65536/",
                "https://public.example.com:99999999999/",
                "https://public.example.com:-1/",
                "https://public.example.com:443:22/",
                "https://public.example.com:4a3/",
                "https://public.example.com./",
                "https://.public.example.com/",
                "https://public..example.com/",
                "https://-public.example.com/",
                "https://pub_lic.example.com/",
                "https://public-.example.com/",
                "https://public%2eexample.com/",
                "https://%70ublic.example.com/",
                "https://public.example.com\\@127.0.0.1/",
                "https:\\\\public.example.com/",
                "https://public.example.com\t/",
                "https://public.example.com\n/",
                "https://public.example.com /",
                " https://public.example.com/",
                "https://public.example.com/\u0000",
                "https://pub\u200blic.example.com/",
                "https://127\u30020\u30020\u30021/",
                "https://\uff11\uff12\uff17.0.0.1/",
                "https://\u2460\u2461\u2466.0.0.1/",
                "https://localhost\u0000.example.com/",
                "https://ex\u00e4mple.com/",
                "https://[::1/",
                "https://::1/",
                "https://[1.2.3.4]/",
                "https://[::g]/",
                "https://[v1.a]/",
                "https://256.1.1.1/",
                "https://1.2.3/",
                "https://1.2.3.4.5/",
                "https://0x/",
                "https://example.0x7f/",
                "https://example.1/",
                "https://" + "a".repeat(64) + ".example.com/",
                "https://" + "a.".repeat(130) + "example.com/",
                "https://public.example.com/" + "a".repeat(2000),
                "https://public.example.com/#fragment")) {
            urls.add(wrong);
        }
        return urls;
    }
}
