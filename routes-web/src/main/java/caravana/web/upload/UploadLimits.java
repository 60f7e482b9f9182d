package caravana.web.upload;

import caravana.web.links.PresignedLinks;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The limits of an upload other than those of its file, for {@code GET /api/limits}. */
@Component
public class UploadLimits {

    private final Map<String, Object> document = new LinkedHashMap<>();
    private final Map<String, Object> direct = new LinkedHashMap<>();

    UploadLimits(UploadProperties upload) {
        document.put("max_title_characters", UploadRules.TITLE_LENGTH);
        document.put("max_reference_characters", UploadRules.TITLE_LENGTH);
        document.put("max_metadata_bytes", VideoLabels.METADATA_BYTES);
        document.put("max_transformations", TransformationRules.MOST);
        document.put("max_transformations_bytes", TransformationRules.JSON_BYTES);
        document.put("max_at_once", upload.atOncePerAccount());
        document.put("max_per_hour", upload.perHour() == 0 ? null : upload.perHour());
        document.put("min_bytes_per_second", upload.minRate().toBytes());
        document.put("max_request_seconds", upload.patience().toSeconds());
        document.put("expires_after_seconds", upload.idle().toSeconds());
        document.put("max_seconds", upload.longest().toSeconds());
        direct.put("min_part_bytes", PartBuffer.SMALLEST_PART);
        direct.put("max_part_bytes", DirectUpload.LARGEST_PART);
        direct.put("max_parts", DirectUpload.MOST_PARTS);
        direct.put("max_put_bytes", DirectUpload.LARGEST_PUT);
        direct.put("address_seconds", PresignedLinks.VALID.toSeconds());
    }

    /** Returns the limits of all ways to upload through web. */
    public Map<String, Object> document() {
        return document;
    }

    /** Returns the limits of uploads that go directly to S3. */
    public Map<String, Object> direct() {
        return direct;
    }
}
