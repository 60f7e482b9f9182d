package caravana.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;

/** The limits as both apps read them, from caravana-core.yaml and the environment. */
class MediaLimitsTest {

    @Test
    void theDefaultsAreThoseOfTheDocuments() {
        MediaLimits limits = limits();

        assertThat(limits.size().toBytes()).isEqualTo(2_147_483_648L);
        assertThat(limits.duration()).isEqualTo(Duration.ofMinutes(60));
        assertThat(limits).returns(4096, MediaLimits::width).returns(2304, MediaLimits::height);
        assertThat(limits).returns(240.0, MediaLimits::frameRate).returns(32, MediaLimits::streams);
        assertThat(limits).returns(Duration.ZERO, MediaLimits::shortest).returns(1, MediaLimits::smallestHeight);
        assertThat(limits.longest()).isEqualTo(limits.duration());
        assertThat(limits.formats()).contains("mov", "webm");
        assertThat(limits.codecs()).contains("h264", "av1");
    }

    @Test
    void rulesAndLimitsHoldTogether() {
        MediaLimits limits = limits("CARAVANA_MEDIA_RULES=anb");

        assertThat(limits.shortest()).isEqualTo(Duration.ofSeconds(20));
        assertThat(limits.longest()).isEqualTo(Duration.ofSeconds(60));
        assertThat(limits.smallestHeight()).isEqualTo(1080);
        assertThat(limits("CARAVANA_MEDIA_RULES=anb", "CARAVANA_VIDEO_MAX_DURATION=45s")
                        .longest())
                .isEqualTo(Duration.ofSeconds(45));
    }

    /** As an operator may write them by mistake; the message names the setting, its value and what it may be. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CARAVANA_UPLOAD_MAX_SIZE=100       | CARAVANA_UPLOAD_MAX_SIZE is 100 bytes; set it to 1KB to 50000MB, with the unit
            CARAVANA_UPLOAD_MAX_SIZE=1TB       | CARAVANA_UPLOAD_MAX_SIZE is 1024 GiB; set it to 1KB to 50000MB, with the unit
            CARAVANA_UPLOAD_MAX_SIZE=-5MB      | CARAVANA_UPLOAD_MAX_SIZE is -5242880 bytes; set it to 1KB to 50000MB, with the unit
            CARAVANA_UPLOAD_MAX_SIZE=          | CARAVANA_UPLOAD_MAX_SIZE is not set; set it to 1KB to 50000MB, with the unit
            CARAVANA_VIDEO_MAX_DURATION=600    | CARAVANA_VIDEO_MAX_DURATION is 0.6 seconds; set it to 1s to 5h, with the unit
            CARAVANA_VIDEO_MAX_DURATION=6h     | CARAVANA_VIDEO_MAX_DURATION is 6 hours; set it to 1s to 5h, with the unit
            CARAVANA_VIDEO_MAX_DURATION=0s     | CARAVANA_VIDEO_MAX_DURATION is 0 seconds; set it to 1s to 5h, with the unit
            CARAVANA_VIDEO_MAX_WIDTH=100000    | CARAVANA_VIDEO_MAX_WIDTH is 100000; set it to 16 to 16384 pixels
            CARAVANA_VIDEO_MAX_HEIGHT=0        | CARAVANA_VIDEO_MAX_HEIGHT is 0; set it to 16 to 16384 pixels
            CARAVANA_VIDEO_MAX_WIDTH=1080      | CARAVANA_VIDEO_MAX_WIDTH is 1080; set it to at least CARAVANA_VIDEO_MAX_HEIGHT, 2304
            CARAVANA_VIDEO_MAX_FRAME_RATE=0    | CARAVANA_VIDEO_MAX_FRAME_RATE is 0.0; set it to 1 to 1000 frames per second
            CARAVANA_VIDEO_MAX_FRAME_RATE=NaN  | CARAVANA_VIDEO_MAX_FRAME_RATE is NaN; set it to 1 to 1000 frames per second
            CARAVANA_VIDEO_MAX_STREAMS=0       | CARAVANA_VIDEO_MAX_STREAMS is 0; set it to 1 to 1000 tracks
            caravana.media.limits.codecs=      | caravana.media.limits.codecs is not set; set it to ffmpeg's names of video codecs
            CARAVANA_MEDIA_RULES=anb CARAVANA_VIDEO_MAX_DURATION=15s | is 15 seconds; set it to at least 20 seconds: CARAVANA_MEDIA_RULES=anb refuses
            CARAVANA_MEDIA_RULES=anb CARAVANA_VIDEO_MAX_HEIGHT=720   | is 720; set it to at least 1080: CARAVANA_MEDIA_RULES=anb refuses
            """)
    void nonsenseIsRefusedAtTheStart(String settings, String problem) {
        assertThatThrownBy(() -> limits(settings.split(" "))).rootCause().hasMessageContaining(problem);
    }

    @Test
    void everyProblemIsNamedAtOnce() {
        assertThatThrownBy(() -> limits("CARAVANA_UPLOAD_MAX_SIZE=100", "CARAVANA_VIDEO_MAX_STREAMS=0"))
                .rootCause()
                .hasMessageContaining("CARAVANA_UPLOAD_MAX_SIZE")
                .hasMessageContaining("CARAVANA_VIDEO_MAX_STREAMS");
    }

    private static MediaLimits limits(String... settings) {
        StandardEnvironment environment = new StandardEnvironment();
        TestPropertyValues.of(settings).applyTo(environment, TestPropertyValues.Type.MAP);
        try {
            new YamlPropertySourceLoader()
                    .load("core", new ClassPathResource("caravana-core.yaml"))
                    .forEach(environment.getPropertySources()::addLast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Binder.get(environment)
                .bind("caravana.media.limits", MediaLimits.class)
                .get();
    }
}
