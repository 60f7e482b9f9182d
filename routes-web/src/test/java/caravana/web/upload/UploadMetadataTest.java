package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import caravana.web.http.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class UploadMetadataTest {

    @Test
    void namesAndValuesAreReadInTheirOrder() {
        assertThat(UploadMetadata.parse("filename " + base64("Città 動画.mp4") + ", empty,title  " + base64("a, b")))
                .containsExactly(
                        java.util.Map.entry("filename", "Città 動画.mp4"),
                        java.util.Map.entry("empty", ""),
                        java.util.Map.entry("title", "a, b"));
        assertThat(UploadMetadata.parse(null)).isEmpty();
        assertThat(UploadMetadata.parse(" ")).isEmpty();
    }

    @Test
    void whatIsWrongIsNamed() {
        for (List<String> wrong : List.of(
                List.of("title *", "title that is not base64"),
                List.of("title " + base64("a") + "=", "title that is not base64"),
                List.of("title " + base64("a") + ",title " + base64("a"), "title more than once"),
                List.of("a " + base64("a") + ",", "a pair without a name"),
                List.of("," + "a", "a pair without a name"))) {
            Problem problem = catchThrowableOfType(Problem.class, () -> UploadMetadata.parse(wrong.get(0)));

            assertThat(problem).as(wrong.get(0)).isNotNull();
            assertThat(problem.getCode()).isEqualTo("metadata_invalid");
            assertThat(problem.getMessage()).contains(wrong.get(1));
        }
        for (String text : List.of(Base64.getEncoder().encodeToString(new byte[] {(byte) 0xff}), base64("a\0b"))) {
            assertThat(catchThrowableOfType(Problem.class, () -> UploadMetadata.parse("title " + text))
                            .getCode())
                    .isEqualTo("invalid_request");
        }
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
