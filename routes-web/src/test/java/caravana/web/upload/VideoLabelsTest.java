package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.web.http.Problem;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VideoLabelsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            { }                         | {}
            {"a" : [1, {"b": null}]}    | {"a":[1,{"b":null}]}
            {"a":1.50,"b":-0.0,"c":1e3} | {"a":1.5,"b":0,"c":1000}
            {"a":123456789012345}       | {"a":123456789012345}
            {"a":0.000000000000001}     | {"a":0.000000000000001}
            {"á":"\\u00e9 😀"}           | {"á":"é 😀"}
            """)
    void whatIsKeptHasNoSpaceAndPlainNumbers(String sent, String kept) {
        assertThat(VideoLabels.metadata(sent)).isEqualTo(kept);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"a\"",
                "7",
                "{",
                "{} {}",
                "{\"a\":1,\"a\":2}",
                "{\"a\":1234567890123456}",
                "{\"a\":1e15}",
                "{\"a\":1e99999999999}",
                "{\"a\":1e2147483647}",
                "{\"a\":-1e-2147483647}",
                "{\"a\":1e-16}",
                "{\"a\":NaN}",
                "{'a':1}"
            })
    void whatIsNoneIsRefused(String sent) {
        assertThatThrownBy(() -> VideoLabels.metadata(sent))
                .satisfies(refused -> assertThat(((Problem) refused).getCode()).isEqualTo("metadata_invalid"));
    }

    @Test
    void whatCannotBeKeptIsRefused() {
        for (String sent : new String[] {"{\"a\":[\"\\u0000\"]}", "{\"a\":{\"\\u0000\":1}}", "{\"a\":\"\\ud800\"}"}) {
            assertThatThrownBy(() -> VideoLabels.metadata(sent))
                    .isInstanceOf(Problem.class)
                    .hasMessageContaining("metadata");
        }
        assertThatThrownBy(() -> VideoLabels.metadata("[".repeat(900))).isInstanceOf(Problem.class);
    }

    @Test
    void atMost32ObjectsAndListsStandInOneAnother() {
        String deepest = "{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}";
        assertThat(VideoLabels.metadata(deepest)).isEqualTo(deepest);
        for (int depth : new int[] {32, 900, 2000}) {
            assertThatThrownBy(() -> VideoLabels.metadata("{\"a\":" + "[".repeat(depth) + "]".repeat(depth) + "}"))
                    .satisfies(
                            refused -> assertThat(((Problem) refused).getCode()).isEqualTo("metadata_invalid"))
                    .hasMessageContaining("nested");
        }
    }

    @Test
    void atMost2048BytesAreKept() {
        String longest = "{\"a\":\"" + "é".repeat(1020) + "\"}";
        assertThat(VideoLabels.metadata(longest)).isEqualTo(longest);
        assertThatThrownBy(() -> VideoLabels.metadata(longest.replace("\"a\"", "\"ab\"")))
                .hasMessage("The field metadata has 2049 bytes. Send at most 2048.");
    }

    /** The examples of RFC 7396, as far as both sides are objects. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":"b"}              | {"a":"c"}                       | {"a":"c"}
            {"a":"b"}              | {"b":"c"}                       | {"a":"b","b":"c"}
            {"a":"b"}              | {"a":null}                      | {}
            {"a":"b","b":"c"}      | {"a":null}                      | {"b":"c"}
            {"a":["b"]}            | {"a":"c"}                       | {"a":"c"}
            {"a":"c"}              | {"a":["b"]}                     | {"a":["b"]}
            {"a":{"b":"c"}}        | {"a":{"b":"d","c":null}}        | {"a":{"b":"d"}}
            {"a":[{"b":"c"}]}      | {"a":[1]}                       | {"a":[1]}
            {"e":null}             | {"a":1}                         | {"e":null,"a":1}
            {}                     | {"a":{"bb":{"ccc":null}}}       | {"a":{"bb":{}}}
            """)
    void aPatchIsMerged(String before, String patch, String after) throws Exception {
        assertThat(VideoLabels.merged(before, JSON.readTree(patch))).isEqualTo(after);
    }

    @Test
    void nullRemovesAllAndAPatchMayBeTheFirst() throws Exception {
        assertThat(VideoLabels.merged("{\"a\":1}", JSON.readTree("null"))).isNull();
        assertThat(VideoLabels.merged(null, JSON.readTree("{\"a\":1,\"b\":null}")))
                .isEqualTo("{\"a\":1}");
    }

    @Test
    void theSameInAnotherOrderIsTheSame() {
        assertThat(VideoLabels.haveSameMetadata(
                        labels("r", "{\"a\": 1, \"bb\": 1.5}"), labels("r", "{\"bb\":1.5,\"a\":1}")))
                .isTrue();
        assertThat(VideoLabels.haveSameMetadata(labels("r", null), labels("r", "{}")))
                .isFalse();
    }

    private static Map<String, Object> labels(String reference, String metadata) {
        Map<String, Object> labels = new HashMap<>();
        labels.put("reference", reference);
        labels.put("video_metadata", metadata);
        return labels;
    }
}
