package caravana.web.links;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validation;
import jakarta.validation.ValidatorFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Links to segments of a distribution, checked as CloudFront checks them: by the public key, over the address and its end. */
class SegmentLinksTest {

    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String CDN = "https://d111111abcdef8.cloudfront.net";
    private static final String OBJECT = "processed/0a000000-0000-4000-8000-000000000001/hls/240p/3.mp4";

    private static KeyPair pair;
    private static String key;

    private final PresignedLinks bucket = mock(PresignedLinks.class);

    @BeforeAll
    static void makeKey() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        pair = generator.generateKeyPair();
        key = Base64.getEncoder().encodeToString(pair.getPrivate().getEncoded());
    }

    private SegmentLinks links(CdnProperties cdn) {
        return new SegmentLinks(bucket, cdn, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    @Test
    void oneIsSignedForItsSegmentAndAMinute() throws Exception {
        SegmentLinks links = links(new CdnProperties(CDN, "K2JCJMDEHXQW5F", key));

        String link = links.to(OBJECT, "video/mp4");

        String address = CDN + "/" + OBJECT + "?response-content-type=video%2Fmp4";
        assertThat(link).startsWith(address + "&");
        Map<String, String> query = Arrays.stream(URI.create(link).getRawQuery().split("&"))
                .map(each -> each.split("=", 2))
                .collect(Collectors.toMap(each -> each[0], each -> each[1]));
        assertThat(query).containsEntry("Key-Pair-Id", "K2JCJMDEHXQW5F").containsEntry("Expires", "1767225660");
        assertThat(isSigned(address, "1767225660", query.get("Signature"))).isTrue();
        assertThat(isSigned(address.replace("/3.mp4", "/4.mp4"), "1767225660", query.get("Signature")))
                .as("for another segment")
                .isFalse();
        assertThat(isSigned(address, "1767225661", query.get("Signature")))
                .as("for longer")
                .isFalse();
        assertThat(links.origin()).isEqualTo(CDN);
    }

    @Test
    void withoutADistributionItIsOneToTheBucket() {
        when(bucket.segment(OBJECT, "video/mp4", Duration.ofMinutes(1))).thenReturn("https://bucket/a");
        when(bucket.origin()).thenReturn("https://bucket");
        SegmentLinks links = links(new CdnProperties("", "", ""));

        assertThat(links.to(OBJECT, "video/mp4")).isEqualTo("https://bucket/a");
        assertThat(links.origin()).isEqualTo("https://bucket");
    }

    @Test
    void aDistributionWhoseLinksCannotBeSignedIsRefused() {
        assertThat(refusal(new CdnProperties("", "", ""))).isEmpty();
        assertThat(refusal(new CdnProperties(CDN, "K", key))).isEmpty();
        assertThat(refusal(new CdnProperties(CDN, "", key))).contains("set CARAVANA_CDN_KEY_ID");
        assertThat(refusal(new CdnProperties(CDN, "K", ""))).contains("CARAVANA_CDN_PRIVATE_KEY");
        assertThat(refusal(new CdnProperties(CDN, "K", "no key"))).contains("CARAVANA_CDN_PRIVATE_KEY");
        assertThat(refusal(new CdnProperties(CDN + "/segments", "K", key))).contains("without a path");
        assertThat(new CdnProperties(CDN, "K", key).toString()).doesNotContain(key);
    }

    private static String refusal(CdnProperties cdn) {
        try (ValidatorFactory validation = Validation.buildDefaultValidatorFactory()) {
            return validation.getValidator().validate(cdn).stream()
                    .map(ConstraintViolation::getMessage)
                    .collect(Collectors.joining());
        }
    }

    private static boolean isSigned(String address, String end, String signature) throws Exception {
        Signature check = Signature.getInstance("SHA1withRSA");
        check.initVerify(pair.getPublic());
        check.update(("{\"Statement\":[{\"Resource\":\"" + address
                        + "\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":" + end + "}}}]}")
                .getBytes(StandardCharsets.UTF_8));
        return check.verify(Base64.getDecoder()
                .decode(signature.replace('-', '+').replace('_', '=').replace('~', '/')));
    }
}
