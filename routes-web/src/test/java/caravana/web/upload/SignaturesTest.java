package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignaturesTest {

    /** How the containers begin that the worker opens, and GIF. */
    @ParameterizedTest
    @CsvSource({
        "MP4, 00000018667479706d703432",
        "MP4 of a phone, 0000001c66747970336770340000020069736f6d",
        "QuickTime, 0000001466747970717420202004060071742020",
        "old QuickTime, 000001006d6f6f76",
        "QuickTime with its media first, 0000000877696465051f8b086d646174",
        "Matroska, 1a45dfa3a34286810142f7810142f2810442f381084282886d6174726f736b61",
        "AVI, 524946460000010041564920",
        "MPEG program stream, 000001ba44000400",
        "MPEG transport stream, 474000100000b00d0001c100000001f000",
        "Blu-ray transport stream, 1f8b09004740001000",
        "FLV, 464c5601050000000900000000",
        "Ogg, 4f676753000200000000000000",
        "ASF, 3026b2758e66cf11a6d900aa0062ce6c",
        "GIF, 474946383961400040"
    })
    void noVideoIsTakenForAnythingElse(String kind, String begin) {
        byte[] file = new byte[Signatures.BYTES];
        new Random(1).nextBytes(file);
        byte[] head = HexFormat.of().parseHex(begin);
        System.arraycopy(head, 0, file, 0, head.length);

        assertThat(Signatures.otherThanVideo(file)).as(kind).isEmpty();
        assertThat(Signatures.otherThanVideo(head))
                .as(kind + ", its begin alone")
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Only words.",
                "línea uno\r\nlínea dos\t動画\r\n",
                "#EXTM3U\nhttp://example.org/a.ts\n",
                "<svg/>",
                "{\"a\":1}",
                "\ufeffwith a byte order mark"
            })
    void textIsText(String text) {
        assertThat(Signatures.otherThanVideo(text.getBytes(StandardCharsets.UTF_8)))
                .hasValue("text");
    }

    /** The first bytes may end within a character. */
    @Test
    void textIsTextWhereverItIsCut() {
        byte[] text = "é è ñ 動 🎬".repeat(100).getBytes(StandardCharsets.UTF_8);
        for (int length = 12; length < 40; length++) {
            assertThat(Signatures.otherThanVideo(Arrays.copyOf(text, length))).hasValue("text");
        }
    }

    @Test
    void whatIsNotClearIsLeftToTheWorker() {
        for (String unclear :
                new String[] {"", "x", "xxxxxxxxxxxxxxxx", "BM and more, but no bitmap: \0\0\0", "PK", "\0\0\0\0"}) {
            assertThat(Signatures.otherThanVideo(unclear.getBytes(StandardCharsets.ISO_8859_1)))
                    .as(unclear)
                    .isEmpty();
        }
    }
}
