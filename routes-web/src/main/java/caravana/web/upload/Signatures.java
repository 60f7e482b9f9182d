package caravana.web.upload;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Recognizes, by its first bytes, a file that is certainly not a video: no container from which ffmpeg reads video
 * begins with these bytes. ISO and RIFF files are distinguished by their brand.
 *
 * <p>The signatures are those of the <a href="https://mimesniff.spec.whatwg.org/#matching-a-mime-type-pattern">MIME
 * Sniffing Standard</a>, and of the {@code file} program's magic for types that are not in it. A library with thousands
 * of types would refuse some real videos, by signatures of two bytes.
 */
final class Signatures {

    /** The most bytes at the beginning of a file that are compared. */
    static final int BYTES = 1024;

    private record Signature(String kind, int at, byte[] bytes) {

        static Signature of(String kind, int at, String hex) {
            return new Signature(kind, at, HexFormat.of().parseHex(hex));
        }

        static Signature ofText(String kind, int at, String text) {
            return new Signature(kind, at, text.getBytes(StandardCharsets.ISO_8859_1));
        }

        boolean matches(byte[] first) {
            int end = at + bytes.length;
            return first.length >= end && Arrays.equals(first, at, end, bytes, 0, bytes.length);
        }
    }

    private static final List<Signature> OTHERS = List.of(
            Signature.ofText("a PDF", 0, "%PDF-"),
            Signature.ofText("PostScript", 0, "%!PS"),
            Signature.ofText("an RTF document", 0, "{\\rtf"),
            Signature.of("a PNG image", 0, "89504e470d0a1a0a"),
            Signature.of("a JPEG image", 0, "ffd8ff"),
            Signature.of("a TIFF image", 0, "49492a00"),
            Signature.of("a TIFF image", 0, "4d4d002a"),
            Signature.of("a BigTIFF image", 0, "49492b000800"),
            Signature.of("a BigTIFF image", 0, "4d4d002b0008"),
            Signature.of("an icon", 0, "000001000100"),
            Signature.ofText("a Photoshop image", 0, "8BPS"),
            Signature.of("a JPEG 2000 image", 0, "0000000c6a5020200d0a870a"),
            Signature.of("a JPEG XL image", 0, "0000000c4a584c200d0a870a"),
            Signature.ofText("a WebP image", 8, "WEBPVP8"),
            Signature.ofText("a HEIF image", 4, "ftypheic"),
            Signature.ofText("a HEIF image", 4, "ftypheix"),
            Signature.ofText("a HEIF image", 4, "ftypheim"),
            Signature.ofText("a HEIF image", 4, "ftypheis"),
            Signature.ofText("a HEIF image", 4, "ftypmif1"),
            Signature.ofText("an AVIF image", 4, "ftypavif"),
            Signature.ofText("a raw photograph", 4, "ftypcrx "),
            Signature.ofText("an M4A audio file", 4, "ftypM4A "),
            Signature.ofText("an M4A audio file", 4, "ftypM4B "),
            Signature.ofText("a WAV audio file", 8, "WAVEfmt "),
            Signature.ofText("a FLAC audio file", 0, "fLaC"),
            Signature.ofText("an MP3 audio file", 0, "ID3"),
            Signature.ofText("an AIFF audio file", 8, "AIFFCOMM"),
            Signature.ofText("an AMR audio file", 0, "#!AMR"),
            Signature.ofText("a MIDI file", 0, "MThd\0\0\0\6"),
            Signature.of("a ZIP archive or an office document", 0, "504b0304"),
            Signature.of("an empty ZIP archive", 0, "504b0506"),
            Signature.of("a gzip archive", 0, "1f8b08"),
            Signature.ofText("a bzip2 archive", 4, "1AY&SY"),
            Signature.of("an XZ archive", 0, "fd377a585a00"),
            Signature.of("a Zstandard archive", 0, "28b52ffd"),
            Signature.of("a 7-Zip archive", 0, "377abcaf271c"),
            Signature.of("a RAR archive", 0, "526172211a07"),
            Signature.ofText("a tar archive", 257, "ustar"),
            Signature.of("an office document", 0, "d0cf11e0a1b11ae1"),
            Signature.of("a program", 0, "7f454c46"),
            Signature.of("a program", 0, "cafebabe"),
            Signature.ofText("a program", 78, "This program cannot be run in DOS mode"),
            Signature.ofText("a database", 0, "SQLite format 3\0"),
            Signature.ofText("a font", 0, "wOFF"),
            Signature.ofText("a font", 0, "wOF2"));

    private Signatures() {}

    /**
     * @param first the file's first bytes, up to {@link #BYTES}
     * @return the kind of the file, as part of a sentence; empty when it may be a video
     */
    static Optional<String> otherThanVideo(byte[] first) {
        return OTHERS.stream()
                .filter(signature -> signature.matches(first))
                .map(Signature::kind)
                .findFirst()
                .or(() -> isBitmap(first) ? Optional.of("a bitmap image") : Optional.empty())
                .or(() -> isText(first) ? Optional.of("text") : Optional.empty());
    }

    /**
     * Returns whether the file is a BMP picture. Its signature has only two letters, so the size of its header is also
     * compared.
     */
    private static boolean isBitmap(byte[] first) {
        return first.length >= 18
                && first[0] == 'B'
                && first[1] == 'M'
                && List.of(12, 40, 52, 56, 64, 108, 124).contains((int) first[14])
                && first[15] == 0
                && first[16] == 0
                && first[17] == 0;
    }

    /**
     * Returns whether the file is UTF-8 text: without control characters other than tabs and line breaks, and with
     * white space or the beginning of XML or JSON.
     */
    private static boolean isText(byte[] first) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(first.length);
        // The last character may be incomplete.
        boolean malformed = decoder.decode(ByteBuffer.wrap(first), text, false).isError();
        String read = text.flip().toString();
        return !malformed
                && read.chars().noneMatch(c -> Character.isISOControl(c) && !Character.isWhitespace(c))
                && (read.chars().anyMatch(Character::isWhitespace) || read.matches("(?s)[<{\\[].*"));
    }
}
