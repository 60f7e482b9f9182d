package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.web.http.Problem;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormReaderTest {

    private static final String TYPE = "multipart/form-data; boundary=aab-aaab";
    private static final String DELIMITER = "\r\n--aab-aaab";

    @Test
    void fieldsComeOneByOne() throws Exception {
        FormReader form = reader("--aab-aaab\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nUn día"
                + DELIMITER
                + "\r\ncontent-disposition: form-data; filename=\"día.mp4\"; name=video\r\nX-Other: 1\r\n\r\n"
                + DELIMITER + "--\r\nand what comes after");
        assertThat(form.next()).isTrue();
        assertThat(form.name()).isEqualTo("title");
        assertThat(form.fileName()).isNull();
        assertThat(form.content()).hasContent("Un día");
        assertThat(form.next()).isTrue();
        assertThat(form.name()).isEqualTo("video");
        assertThat(form.fileName()).isEqualTo("día.mp4");
        assertThat(form.content()).isEmpty();
        assertThat(form.next()).isFalse();
    }

    @Test
    void whatIsNotReadIsSkipped() throws Exception {
        FormReader form = reader("a preamble" + DELIMITER + "\r\nContent-Disposition: form-data; name=a\r\n\r\n"
                + "x".repeat(200_000) + DELIMITER + "\r\nContent-Disposition: form-data; name=b\r\n\r\nB" + DELIMITER
                + "--");
        assertThat(form.next()).isTrue();
        assertThat(form.content().read()).isEqualTo('x');
        assertThat(form.next()).isTrue();
        assertThat(form.name()).isEqualTo("b");
        assertThat(form.content()).hasContent("B");
        assertThat(form.next()).isFalse();
    }

    /** Contents made of pieces of the delimiter, which arrive and are requested in pieces of any size. */
    @Test
    void contentsComeThroughUnchanged() throws Exception {
        Random random = new Random(7);
        for (int run = 0; run < 300; run++) {
            byte[][] contents = new byte[1 + random.nextInt(4)][];
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            for (int i = 0; i < contents.length; i++) {
                contents[i] = almostDelimiters(random, random.nextInt(run % 10 == 0 ? 150_000 : 200));
                body.writeBytes(((i == 0 ? DELIMITER.substring(2) : DELIMITER)
                                + "\r\nContent-Disposition: form-data; name=f" + i + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
                body.writeBytes(contents[i]);
            }
            body.writeBytes((DELIMITER + "--\r\n").getBytes(StandardCharsets.US_ASCII));
            FormReader form = new FormReader(new InPieces(body.toByteArray(), random), TYPE);
            for (int i = 0; i < contents.length; i++) {
                assertThat(form.next()).isTrue();
                assertThat(form.name()).isEqualTo("f" + i);
                assertThat(inPieces(form.content(), random)).as("run %d", run).isEqualTo(contents[i]);
            }
            assertThat(form.next()).isFalse();
        }
    }

    @Test
    void aFormThatEndsTooSoonIsRefused() throws Exception {
        String whole = "--aab-aaab\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\ntext" + DELIMITER + "--";
        assertThat(fields(whole)).isEqualTo(1);
        for (int length = 0; length < whole.length(); length++) {
            String part = whole.substring(0, length);
            assertMalformed(() -> fields(part));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no form at all",
                "--aab-aaabX\r\nContent-Disposition: form-data; name=a\r\n\r\ntext" + DELIMITER + "--",
                "--aab-aaab\r\nContent-Disposition: form-data; name=a" + DELIMITER + "--",
                "--aab-aaab" + DELIMITER + "--",
                "--aab-aaab\r\nContent-Disposition: form-data; name=a\r\njunk\r\n\r\ntext" + DELIMITER + "--",
                "--aab-aaab\r\nContent-Disposition: form-data; name=a\r\nX Y: z\r\n\r\ntext" + DELIMITER + "--",
                "--aab-aaab\r\n: form-data\r\nContent-Disposition: form-data; name=a\r\n\r\ntext" + DELIMITER + "--",
                "--aab-aaab\r\n X: y\r\nContent-Disposition: form-data; name=a\r\n\r\ntext" + DELIMITER + "--",
                "--aab-aaab\r\nContent-Disposition: form-data; name=a\r\nX: \0\r\n\r\ntext" + DELIMITER + "--",
                "--aab-aaab\r\nContent-Disposition: form-data; name=\"a\0\"\r\n\r\ntext" + DELIMITER + "--",
                "--aab-aaab\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a\0.mp4\"\r\n\r\ntext" + DELIMITER
                        + "--",
            })
    void whatIsNoFormIsRefused(String body) {
        assertMalformed(() -> fields(body));
    }

    /** Else it would be the field without them. */
    @ParameterizedTest
    @ValueSource(strings = {"\"a\u0001\"", "\"\u0001a\"", "a\u001f", "\"a\u007f\"", "\"\u000ba\"; filename=b"})
    void aNameWithAControlCharacterIsRefused(String name) {
        assertThatThrownBy(() -> fields("--aab-aaab\r\nContent-Disposition: form-data; name=" + name + "\r\n\r\ntext"
                        + DELIMITER + "--"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.getCode()).isEqualTo("invalid_request"));
    }

    /** RFC 5322 allows it; some programs do so with long file names. */
    @Test
    void aHeaderMayGoOnInTheNextLine() throws Exception {
        FormReader form =
                reader("--aab-aaab\r\nContent-Disposition: form-data;\r\n name=a;\r\n\tfilename=\"b\u0001.mp4\"\r\n"
                        + "\r\ntext" + DELIMITER + "--");
        assertThat(form.next()).isTrue();
        assertThat(form.name()).isEqualTo("a");
        assertThat(form.content()).hasContent("text");
    }

    @Test
    void endlessHeadersAreRefused() {
        String header = "X-Header: " + "x".repeat(1000) + "\r\n";
        assertMalformed(() -> fields("--aab-aaab\r\n" + header.repeat(100) + "\r\n" + DELIMITER + "--"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"multipart/form-data", "multipart/form-data; boundary="})
    void aTypeWithoutBoundaryIsRefused(String type) {
        assertMalformed(() -> new FormReader(InputStream.nullInputStream(), type));
    }

    @Test
    void anEncodedWordThatIsNoBase64IsRefused() {
        String word = "=?utf-8?B?Y?=";
        assertMalformed(
                () -> new FormReader(InputStream.nullInputStream(), "multipart/form-data; boundary=\"" + word + "\""));
        assertMalformed(() -> fields(
                "--aab-aaab\r\nContent-Disposition: form-data; name=\"" + word + "\"\r\n\r\ntext" + DELIMITER + "--"));
        FormReader form = reader("--aab-aaab\r\nContent-Disposition: form-data; name=a; filename=\"" + word
                + "\"\r\n\r\ntext" + DELIMITER + "--");
        assertMalformed(() -> {
            form.next();
            form.fileName();
        });
    }

    private static void assertMalformed(ThrowingCallable reading) {
        assertThatThrownBy(reading)
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.getCode()).isEqualTo("malformed_form"));
    }

    private static FormReader reader(String body) {
        return new FormReader(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)), TYPE);
    }

    private static int fields(String body) throws IOException {
        FormReader form = reader(body);
        int count = 0;
        while (form.next()) {
            count++;
        }
        return count;
    }

    private static byte[] almostDelimiters(Random random, int length) {
        StringBuilder text = new StringBuilder();
        while (text.length() < length) {
            text.append(DELIMITER, 0, random.nextInt(DELIMITER.length()));
            text.append(DELIMITER.substring(1 + random.nextInt(DELIMITER.length() - 1)));
        }
        // No sender chooses a boundary that is a line's begin in its content, the first line included.
        String content = text.toString();
        while (("\r\n" + content).contains(DELIMITER)) {
            content = ("\r\n" + content).replace(DELIMITER, "");
        }
        return content.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] inPieces(InputStream content, Random random) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] piece = new byte[10_000];
        for (int count = 0; count >= 0; count = content.read(piece, 0, 1 + random.nextInt(piece.length))) {
            all.write(piece, 0, count);
        }
        return all.toByteArray();
    }

    /** Gives as much at a time as it likes. */
    private static final class InPieces extends FilterInputStream {

        private final Random random;

        InPieces(byte[] bytes, Random random) {
            super(new ByteArrayInputStream(bytes));
            this.random = random;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int most = random.nextBoolean() ? 20 : 9000;
            return super.read(into, offset, Math.min(length, 1 + random.nextInt(most)));
        }
    }
}
