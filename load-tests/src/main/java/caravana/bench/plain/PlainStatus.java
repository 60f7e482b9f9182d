package caravana.bench.plain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/**
 * {@code GET /api/videos/{id}} with only Spring MVC and a {@code JdbcTemplate}: for the same token, from the same row
 * by the same statement, the same document with the same links. Its first line of output is its address; it ends with
 * its input.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class PlainStatus {

    public static void main(String[] args) throws IOException {
        SpringApplication app = new SpringApplication(PlainStatus.class);
        app.setDefaultProperties(Map.of(
                "server.port", "0",
                "server.address", "127.0.0.1"));
        app.setBannerMode(Banner.Mode.OFF);
        try (var context = (ServletWebServerApplicationContext) app.run()) {
            System.out.println("http://127.0.0.1:" + context.getWebServer().getPort());
            System.in.readAllBytes();
        }
    }

    @Bean
    JwtDecoder jwtDecoder() throws GeneralSecurityException {
        KeyFactory keys = KeyFactory.getInstance("RSA");
        RSAPrivateCrtKey key = (RSAPrivateCrtKey) keys.generatePrivate(
                new PKCS8EncodedKeySpec(Base64.getDecoder().decode(System.getenv("JWT_PRIVATE_KEY"))));
        RSAPublicKey open =
                (RSAPublicKey) keys.generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withPublicKey(open).build();
        decoder.setJwtValidator(JwtValidators.createDefaultWithIssuer("caravana"));
        return decoder;
    }

    /** A member of the configuration, and so found by Spring. */
    @RestController
    static class Videos {

        private static final Duration VALID = Duration.ofMinutes(15);
        private static final List<String> SUMMARY =
                List.of("video_id", "title", "status", "uploaded_at", "updated_at", "processed_at");

        private final JdbcTemplate database;
        private final ObjectMapper json;
        private final S3Presigner presigner = Stores.presigner();
        private final String statement;

        Videos(JdbcTemplate database, ObjectMapper json) {
            this.database = database;
            this.json = json;
            try {
                this.statement =
                        Files.readString(Path.of(System.getenv("STATEMENT"))).replace(":?video_id", "?");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @GetMapping("/api/videos/{id}")
        ResponseEntity<Map<String, Object>> show(@PathVariable UUID id, @AuthenticationPrincipal Jwt caller)
                throws GeneralSecurityException, JsonProcessingException {
            Map<String, Object> row = database.queryForList(statement, id.toString()).stream()
                    .findFirst()
                    .orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND));
            if (!caller.getSubject().equals(row.get("owner_id"))) {
                throw new ResponseStatusException(HttpStatus.FORBIDDEN);
            }
            Map<String, Object> document = document(row);
            return ResponseEntity.ok().eTag(tag(document)).body(document);
        }

        private Map<String, Object> document(Map<String, Object> row) throws JsonProcessingException {
            String title = (String) row.get("title");
            String name = (String) row.get("original_name");
            Map<String, Object> document = new LinkedHashMap<>();
            SUMMARY.forEach(field -> document.put(field, row.get(field)));
            document.put("file_name", name);
            document.put("reference", row.get("reference"));
            document.put("metadata", null);
            document.put(
                    "processed_url",
                    link(row.get("processed_key"), "video/mp4", named(ContentDisposition.inline(), title + ".mp4")));
            // The video that is compared has no renditions.
            document.put("playable_at", null);
            document.put("playback_url", null);
            document.put(
                    "original_url",
                    link(
                            row.get("original_key"),
                            "application/octet-stream",
                            named(ContentDisposition.attachment(), name == null ? title : name)));
            document.put("original_sha256", row.get("original_sha256"));
            document.put(
                    "poster_url",
                    link(row.get("poster_key"), "image/jpeg", named(ContentDisposition.inline(), title + ".jpg")));
            document.put("outputs", outputs(row, document));
            document.put("phase", null);
            document.put("progress", 100.0);
            document.put("eta_seconds", null);
            document.put("queue_position", row.get("queue_position"));
            document.put("ready_from", row.get("ready_from"));
            document.put("ready_by", row.get("ready_by"));
            document.put("attempts", row.get("attempts"));
            document.put("truncated", row.get("truncated"));
            document.put("warnings", json.readTree((String) row.get("warnings")));
            document.put("media_info", json.readTree((String) row.get("media_info")));
            document.put("error", null);
            document.put("phase_ms", json.readTree((String) row.get("phase_ms")));
            return document;
        }

        private List<Map<String, Object>> outputs(Map<String, Object> row, Map<String, Object> document)
                throws JsonProcessingException {
            Map<Object, Object> links = new HashMap<>();
            links.put(row.get("processed_key"), document.get("processed_url"));
            links.put(row.get("poster_key"), document.get("poster_url"));
            List<Map<String, Object>> outputs = new ArrayList<>();
            for (JsonNode output : json.readTree((String) row.get("outputs"))) {
                Map<String, Object> shown = json.convertValue(output, new TypeReference<>() {});
                shown.computeIfPresent("seconds", (field, seconds) -> ((Number) seconds).doubleValue());
                Object key = shown.remove("key");
                shown.put("url", links.get(key));
                outputs.add(shown);
            }
            return outputs;
        }

        private static ContentDisposition named(ContentDisposition.Builder type, String name) {
            boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(name);
            return (ascii ? type.filename(name) : type.filename(name, StandardCharsets.UTF_8)).build();
        }

        private String link(Object key, String type, ContentDisposition disposition) {
            return presigner
                    .presignGetObject(p -> p.signatureDuration(VALID)
                            .getObjectRequest(g -> g.bucket(Stores.bucket())
                                    .key((String) key)
                                    .responseContentType(type)
                                    .responseContentDisposition(disposition.toString())))
                    .url()
                    .toString();
        }

        private static String tag(Map<String, Object> document) throws GeneralSecurityException {
            Map<String, Object> content = new LinkedHashMap<>(document);
            content.keySet().removeIf(field -> field.endsWith("url"));
            content.put(
                    "outputs",
                    ((List<?>) content.get("outputs"))
                            .stream()
                                    .map(output -> {
                                        Map<Object, Object> unlinked = new LinkedHashMap<>((Map<?, ?>) output);
                                        unlinked.remove("url");
                                        return unlinked;
                                    })
                                    .toList());
            content.put("links", System.currentTimeMillis() / VALID.dividedBy(3).toMillis());
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(content.toString().getBytes(StandardCharsets.UTF_8));
            return "W/\"" + HexFormat.of().formatHex(digest, 0, 12) + "\"";
        }
    }
}
