package caravana.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Subtitles of both formats, read and written again. */
class SubtitlesTest {

    private static Subtitles read(String text, boolean webVtt) throws Subtitles.UnreadableException {
        return Subtitles.read(text.getBytes(StandardCharsets.UTF_8), webVtt);
    }

    @Test
    void whatIsWrittenIsReadAgainAsItIs() throws Exception {
        String text =
                "WEBVTT\n\n00:00:01.000 --> 01:00:02.500\n<b>a</b> &amp; b &lt;x&gt;\nمرحبا 🎬\n\n00:00:05.000 --> 00:00:06.000\n&nbsp;\n";

        assertThat(read(text, true).webVtt()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a < b & c > d|a &lt; b &amp; c &gt; d",
                "<I>x</I>|<i>x</i>",
                "<font color=\"red\" size='9'>x</font>|x",
                "<b.loud>x</b>|<b>x</b>",
                "<v Ana>x</v><00:01.500>y|xy",
                "{\\an8}x{\\b1}{y}|x{y}",
                "&amp;&lt;&x;|&amp;&lt;&amp;x;",
                "<<b>script>|&lt;<b>script&gt;"
            })
    void onlyPlainMarksAreKept(String text, String kept) throws Exception {
        assertThat(read("1\n00:00:01,000 --> 00:00:02,000\n" + text, false).cues())
                .singleElement()
                .returns(kept, Subtitles.Cue::text);
    }

    @Test
    void cuesAreSortedAndTheirNumbersOptional() throws Exception {
        Subtitles read = read(
                "00:00:03,000 --> 00:00:04,000\nlater\n\n\n7\r\n00:00:01,000 --> 00:00:02,000 X1:1\r\nfirst\n", false);

        assertThat(read.cues()).extracting(Subtitles.Cue::text).containsExactly("first", "later");
    }

    @Test
    void aPartHasItsOwnTimes() throws Exception {
        Subtitles read = read(
                "1\n00:00:01,000 --> 00:00:03,000\na\n\n2\n00:00:09,000 --> 00:00:12,000\nb\n\n3\n00:00:20,000 --> 00:00:21,000\nc\n",
                false);

        assertThat(read.part(2, 8, 0.5).cues())
                .containsExactly(new Subtitles.Cue(0.5, 1.5, "a"), new Subtitles.Cue(7.5, 8.5, "b"));
    }

    @Test
    void eightMayBeShownTogether() throws Exception {
        String cue = "00:00:01,000 --> 00:00:02,000\nx\n\n";

        assertThat(read(cue.repeat(8) + "00:00:02,000 --> 00:00:03,000\ny", false)
                        .cues())
                .hasSize(9);
        assertThatThrownBy(() -> read(cue.repeat(9), false)).hasMessageContaining("together at 00:00:01.000");
    }
}
