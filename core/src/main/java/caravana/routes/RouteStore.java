package caravana.routes;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Versions of the routes in the bucket. A version consists of files below {@code routes/<version>/} and a manifest. The
 * manifest is written last, so an incomplete upload is not a version. Each file is written once, so a version never
 * changes, and two people who ship different routes under the same name cannot mix them.
 *
 * <p>The manifest begins with the versions of the apps that the routes fit, {@code # fits 0.1, 0.2}. Then it has one
 * line for each file, {@code <SHA-256 in hex>  <path>}, as {@code sha256sum} writes it.
 */
final class RouteStore {

    private static final String MANIFEST = "manifest.sha256";
    private static final String FITS = "# fits ";
    private static final int EXISTS = 412;
    private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern FILE = Pattern.compile(
            "[a-z][a-z0-9-]*/[A-Za-z0-9._-]+\\.(camel\\.yaml|sql)|catalogue/(presets/)?[a-z0-9_]+\\.yaml");

    private final S3Client s3;
    private final String bucket;

    RouteStore(S3Client s3, String bucket) {
        this.s3 = s3;
        this.bucket = bucket;
    }

    /**
     * Uploads routes with a client that writes each object once. To ship the same routes again changes nothing.
     *
     * @param fits the versions of the apps that may run them
     * @param routes the checked files by their paths; only routes, SQL and the catalogue are uploaded
     * @return the number of uploaded files
     * @throws RoutesRefusedException when different routes were shipped as this version, or the version's name is
     *     invalid
     */
    int ship(String version, AppVersions fits, Map<String, String> routes) {
        Map<String, byte[]> files = new TreeMap<>();
        routes.forEach((name, text) -> {
            if (FILE.matcher(name).matches()) {
                files.put(name, text.getBytes(StandardCharsets.UTF_8));
            }
        });
        StringBuilder manifest = new StringBuilder(FITS + fits + "\n");
        files.forEach((name, content) -> {
            manifest.append(digest(content)).append("  ").append(name).append('\n');
            put(version, name, content);
        });
        put(version, MANIFEST, manifest.toString().getBytes(StandardCharsets.UTF_8));
        return files.size();
    }

    private void put(String version, String name, byte[] content) {
        try {
            s3.putObject(p -> p.bucket(bucket).key(key(version, name)), RequestBody.fromBytes(content));
        } catch (S3Exception e) {
            if (e.statusCode() != EXISTS) {
                throw e;
            }
            throw new RoutesRefusedException(
                    "Version " + version + " in " + bucket + " has another " + name
                            + " already, and versions never change",
                    "Ship under another name");
        }
    }

    /**
     * Downloads a version.
     *
     * @param app the version of the app that will run it
     * @return its files by their paths
     * @throws RoutesRefusedException when there is no such version, it does not fit the app, or a file differs from
     *     its checksum in the manifest
     */
    Map<String, String> fetch(String version, String app) {
        List<String> manifest = manifest(version).lines().toList();
        requireFit(version, manifest.get(0), app);
        Map<String, String> files = new TreeMap<>();
        for (String line : manifest.subList(1, manifest.size())) {
            String name = line.substring(line.lastIndexOf(' ') + 1);
            if (!FILE.matcher(name).matches()) {
                throw damaged(version, name + " is not a name of a route's file");
            }
            byte[] content;
            try {
                content = s3.getObjectAsBytes(g -> g.bucket(bucket).key(key(version, name)))
                        .asByteArray();
            } catch (NoSuchKeyException e) {
                throw damaged(version, name + " is missing");
            }
            if (!line.startsWith(digest(content) + " ")) {
                throw damaged(version, name + " differs from the shipped file");
            }
            files.put(name, new String(content, StandardCharsets.UTF_8));
        }
        return files;
    }

    private static void requireFit(String version, String line, String app) {
        String remedy = "Set CARAVANA_ROUTES_VERSION to routes that fit " + AppVersions.ofApp(app)
                + ", or to nothing for those in the app's jar. ops/bin/ship-routes --fits ships routes "
                + "for several versions";
        if (!line.startsWith(FITS)) {
            throw new RoutesRefusedException(
                    "Version " + version + " of the routes does not say which versions of the apps it fits: an older"
                            + " ops/bin/ship-routes has shipped it",
                    remedy);
        }
        AppVersions fits = AppVersions.of(line.substring(FITS.length()));
        if (!fits.include(app)) {
            throw new RoutesRefusedException(
                    "Version " + version + " of the routes fits the apps of version " + fits + ", and this is " + app,
                    remedy);
        }
    }

    private String manifest(String version) {
        try {
            return s3.getObjectAsBytes(g -> g.bucket(bucket).key(key(version, MANIFEST)))
                    .asUtf8String();
        } catch (NoSuchKeyException e) {
            throw new RoutesRefusedException(
                    "There is no version " + version + " of the routes in " + bucket,
                    "Ship it by ops/bin/ship-routes, or name one that was shipped");
        }
    }

    private static String key(String version, String name) {
        if (!VERSION.matcher(version).matches()) {
            throw new RoutesRefusedException(
                    "'" + version + "' is not a valid name for a version of the routes",
                    "Use up to 64 letters, digits, dots, hyphens and underscores");
        }
        return "routes/" + version + "/" + name;
    }

    private static RoutesRefusedException damaged(String version, String how) {
        return new RoutesRefusedException(
                "Version " + version + " of the routes is damaged: " + how,
                "Ship the routes again, under another name");
    }

    private static String digest(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
