package caravana.web.identity;

import caravana.web.http.Problem;
import caravana.web.links.PresignedLinks;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Makes the files with all data that is stored about an account. */
@Component("exports")
public class Exports {

    private final PresignedLinks links;

    Exports(PresignedLinks links) {
        this.links = links;
    }

    /**
     * Composes the answer about an export.
     *
     * @param row of {@code find-export.sql}; null when there is none
     * @throws Problem 404 {@code not_found}
     */
    public Map<String, Object> show(@Body Map<String, Object> row) {
        if (row == null) {
            throw new Problem(
                    404, "not_found", "There is no export, or it has expired. Request one with POST /api/me/export.");
        }
        boolean made = row.get("made_at") != null;
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("status", made ? "made" : "requested");
        document.put("requested_at", row.get("requested_at"));
        document.put("expires_at", row.get("expires_at"));
        document.put("bytes", row.get("bytes"));
        document.put("url", made ? links.export((String) row.get("object_key")) : null);
        return document;
    }

    /**
     * Packs documents into a ZIP file, and sets its size in bytes as the property {@code export_bytes}.
     *
     * @param documents JSON texts by their names in the file
     */
    public byte[] pack(@Body Map<String, Object> documents, Exchange exchange) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(file, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, Object> document : documents.entrySet()) {
                zip.putNextEntry(new ZipEntry(document.getKey() + ".json"));
                zip.write(String.valueOf(document.getValue()).getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        exchange.setProperty("export_bytes", file.size());
        return file.toByteArray();
    }
}
