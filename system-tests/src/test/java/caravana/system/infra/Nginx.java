package caravana.system.infra;

import static org.awaitility.Awaitility.await;

import caravana.local.FreePort;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** nginx with the deployment's own configuration, of which only places and ports are changed. */
final class Nginx implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Process process;
    private final Path folder;
    private final URI uri;

    private Nginx(Process process, Path folder, URI uri) {
        this.process = process;
        this.folder = folder;
        this.uri = uri;
    }

    /**
     * Starts it.
     *
     * @param proxies whose X-Forwarded-For is believed
     * @param maxSize of an upload, as a setting
     */
    static Nginx start(Path folder, URI upstream, String proxies, String maxSize) throws IOException {
        Files.createDirectories(folder.resolve("www"));
        Checks.Ran settings = Checks.run(
                folder, Map.of(), Checks.ROOT.resolve("ops/bin/nginx-settings").toString(), maxSize, proxies);
        if (settings.status() != 0) {
            throw new IllegalArgumentException(settings.output());
        }
        Files.writeString(folder.resolve("settings.conf"), settings.output());
        int port = FreePort.next();
        String main = Checks.read(Checks.ROOT.resolve("ops/nginx/nginx.conf"));
        main = replace(main, "user www-data;", "user " + System.getProperty("user.name") + ";");
        main = replace(main, "/run/nginx.pid", folder + "/nginx.pid");
        main = replace(main, "/var/log/nginx/", folder + "/");
        main = replace(main, "/etc/nginx/caravana.conf", folder + "/caravana.conf");
        // Its working files, which Debian's build puts below /var/lib.
        main = replace(main, "http {", "http {\n" + temporary(folder));
        Files.writeString(folder.resolve("nginx.conf"), main);
        String site = Checks.read(Checks.ROOT.resolve("ops/nginx/caravana.conf"));
        site = replace(site, "/run/caravana/nginx.conf", folder + "/settings.conf");
        site = replace(site, "/var/log/nginx/", folder + "/");
        site = replace(site, "/var/www/caravana", folder + "/www");
        site = replace(site, "listen 80 default_server", "listen 127.0.0.1:" + port + " default_server");
        site = replace(site, "127.0.0.1:8080", upstream.getAuthority());
        Files.writeString(folder.resolve("caravana.conf"), site);

        String nginx = Checks.find("nginx").toString();
        String conf = folder.resolve("nginx.conf").toString();
        String log = folder.resolve("error.log").toString();
        Checks.Ran checked = Checks.run(folder, Map.of(), nginx, "-e", log, "-t", "-c", conf);
        System.out.print(checked.output());
        if (checked.status() != 0) {
            throw new IllegalStateException(checked.output());
        }
        Process process = new ProcessBuilder(nginx, "-e", log, "-c", conf, "-g", "daemon off;")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("nginx.out").toFile())
                .start();
        Nginx started = new Nginx(process, folder, URI.create("http://127.0.0.1:" + port));
        await("nginx").atMost(PATIENCE).ignoreException(IOException.class).until(() -> {
            new Socket("127.0.0.1", port).close();
            return true;
        });
        return started;
    }

    private static String temporary(Path folder) {
        StringBuilder paths = new StringBuilder();
        for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            paths.append(kind)
                    .append("_temp_path ")
                    .append(folder)
                    .append("/temp-")
                    .append(kind)
                    .append(";\n");
        }
        return paths.toString();
    }

    private static String replace(String text, String what, String with) {
        if (!text.contains(what)) {
            throw new IllegalStateException("nginx's configuration no longer has '" + what + "'");
        }
        return text.replaceAll(Pattern.quote(what), Matcher.quoteReplacement(with));
    }

    URI uri() {
        return uri;
    }

    /** Where static files are. */
    Path files() {
        return folder.resolve("www");
    }

    String accessLog() {
        return Checks.read(folder.resolve("access.log"));
    }

    @Override
    public void close() {
        // SIGTERM; its workers end with it.
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
