package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppendedFileTest {

    private static final byte[] BOXED = joined(box("ftyp", 8), box("moov", 40), box("mdat", 100));
    private static final byte[] MATROSKA = HexFormat.of().parseHex("1a45dfa301000000000000234286810142f78101");

    @TempDir
    Path folder;

    private static byte[] box(String type, int content) {
        byte[] box = new byte[8 + content];
        box[3] = (byte) box.length;
        System.arraycopy(type.getBytes(StandardCharsets.ISO_8859_1), 0, box, 4, 4);
        return box;
    }

    private static byte[] joined(byte[]... parts) {
        return MediaKind.joined(parts);
    }

    private long bytes(byte[] file, boolean boxes, long lastPacket) throws IOException {
        return AppendedFile.bytes(Files.write(folder.resolve("file"), file), boxes, lastPacket);
    }

    @Test
    void oneFileAloneHasNothingBehindIt() throws IOException {
        assertThat(bytes(BOXED, true, -1)).isZero();
        assertThat(bytes(joined(BOXED, box("free", 20), new byte[50]), true, -1))
                .isZero();
        assertThat(bytes(new byte[0], true, -1)).isZero();
        assertThat(bytes(new byte[200_000], false, 5)).isZero();
        assertThat(bytes(MATROSKA, false, MATROSKA.length)).isZero();
    }

    @Test
    void aSecondIndexIsAnotherFile() throws IOException {
        assertThat(bytes(joined(BOXED, BOXED, BOXED), true, -1)).isEqualTo(2L * BOXED.length);
        byte[] withoutType = joined(box("moov", 40), box("mdat", 100));
        assertThat(bytes(joined(withoutType, withoutType), true, -1)).isEqualTo(withoutType.length);
        assertThat(bytes(joined(BOXED, MATROSKA), true, -1)).isEqualTo(MATROSKA.length);
    }

    /** Fragments are read to the end of the file, whatever other index stands between them. */
    @Test
    void aFileOfWhichPacketsAreReadIsNotLeftOut() throws IOException {
        byte[] three = joined(BOXED, BOXED, BOXED);

        assertThat(bytes(three, true, BOXED.length + 60)).isEqualTo(BOXED.length);
        assertThat(bytes(three, true, three.length - 1)).isZero();
    }

    @Test
    void aLongBoxHasItsLengthBehindItsType() throws IOException {
        byte[] large = box("mdat", 100);
        large[15] = large[3];
        large[3] = 1;

        assertThat(bytes(joined(box("ftyp", 8), box("moov", 40), large, BOXED), true, -1))
                .isEqualTo(BOXED.length);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1a45dfa3934286810142f7810142f2810442f38108",
                "1a45dfa3a34282847765626d",
                "52494646d2040000415649204c495354",
                "464c5601050000000900000000",
                "3026b2758e66cf11a6d900aa0062ce6c",
                "474946383961",
                "4f6767530002000000000000",
                "000000186674797069736f6d"
            })
    void beginningsOfFilesAreFoundBehindTheLastPacket(String hex) throws IOException {
        byte[] beginning = HexFormat.of().parseHex(hex);
        // Over the boundary of what is read at once.
        for (int before : new int[] {100, (1 << 16) - 3, (1 << 16) + 100}) {
            byte[] file = joined(new byte[before], beginning, new byte[300]);

            assertThat(bytes(file, false, 0)).as(hex + " behind " + before).isEqualTo(file.length - before);
            assertThat(bytes(file, false, before)).isZero();
        }
    }

    @Test
    void aBeginningThatIsCutOffIsNone() throws IOException {
        for (int length = 0; length < 12; length++) {
            assertThat(bytes(joined(new byte[10], Arrays.copyOf(MATROSKA, length)), false, 0))
                    .as("of " + length)
                    .isZero();
        }
    }
}
