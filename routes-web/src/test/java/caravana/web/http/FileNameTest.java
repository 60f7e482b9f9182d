package caravana.web.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileNameTest {

    @Test
    void aPlainNameStaysAsItIs() {
        assertThat(FileName.disposition("inline", "My clip (2).mp4")).isEqualTo("inline; filename=\"My clip (2).mp4\"");
        assertThat(FileName.stored("My clip (2).mp4")).isEqualTo("My clip (2).mp4");
    }

    @Test
    void anotherNameIsThereTwice() {
        assertThat(FileName.disposition("attachment", "fête \"1\".mov"))
                .isEqualTo("attachment; filename=\"f_te _1_.mov\"; filename*=UTF-8''f%C3%AAte%20%221%22.mov");
    }

    @Test
    void noNameLeadsElsewhereOrHidesItsEnd() {
        assertThat(FileName.disposition("inline", "../..\\x\r\ny.mp4")).isEqualTo("inline; filename=\".._.._xy.mp4\"");
        assertThat(FileName.stored("a\u202egpj.mp4\u0007\ud83c")).isEqualTo("agpj.mp4");
        assertThat(FileName.stored("\u0000 ")).isNull();
        assertThat(FileName.stored(null)).isNull();
    }

    @Test
    void aLongNameIsCutBetweenCharactersAndKeepsItsExtension() {
        for (String character : new String[] {"x", "%", "é", "動", "🎬"}) {
            String disposition = FileName.disposition("attachment", character.repeat(300) + ".webm");
            assertThat(disposition.length()).as(disposition).isBetween(186, 200);
            assertThat(disposition).endsWith(character.equals("x") ? ".webm\"" : ".webm");
            assertThat(disposition).doesNotContain("%3F").doesNotContain("?");

            String stored = FileName.stored(character.repeat(300) + ".webm");
            assertThat(stored).isEqualTo(character.repeat(250) + ".webm");
        }
    }

    @Test
    void whatFollowsTheLastPointIsAnExtensionOnlyIfItLooksLikeOne() {
        assertThat(FileName.stored("x".repeat(300) + ". Part Two")).isEqualTo("x".repeat(255));
    }
}
