package caravana.web.links;

import caravana.web.secret.RsaKeys;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.cloudfront.CloudFrontUtilities;

/**
 * Links by which a player gets one segment of a rendition: from the CloudFront distribution if there is one, otherwise
 * from S3. They are valid for a minute, because a player follows them at once, and old links must not play a deleted
 * video.
 */
@Component
public class SegmentLinks {

    private static final Duration VALID = Duration.ofMinutes(1);

    private final PresignedLinks bucket;
    private final CdnProperties cdn;
    private final Clock clock;
    private final CloudFrontUtilities signer = CloudFrontUtilities.create();
    private final PrivateKey key;

    @Autowired
    SegmentLinks(PresignedLinks bucket, CdnProperties cdn) {
        this(bucket, cdn, Clock.systemUTC());
    }

    SegmentLinks(PresignedLinks bucket, CdnProperties cdn, Clock clock) {
        this.bucket = bucket;
        this.cdn = cdn;
        this.clock = clock;
        key = cdn.isSet() ? RsaKeys.read(cdn.privateKey()) : null;
    }

    /** Returns scheme, host and port of these links. */
    public String origin() {
        return cdn.isSet() ? cdn.url() : bucket.origin();
    }

    /**
     * Returns a link to a segment.
     *
     * @param object the key of the segment's object
     * @param mediaType media type of the answer; the object has none
     */
    public String to(String object, String mediaType) {
        if (!cdn.isSet()) {
            return bucket.segment(object, mediaType, VALID);
        }
        String address = cdn.url() + "/" + object + "?response-content-type="
                + URLEncoder.encode(mediaType, StandardCharsets.UTF_8);
        return signer.getSignedUrlWithCannedPolicy(signed -> signed.resourceUrl(address)
                        .privateKey(key)
                        .keyPairId(cdn.keyId())
                        .expirationDate(clock.instant().plus(VALID)))
                .url();
    }
}
