package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Mistakes in the shipped catalogue, each found in its file, at its line, and by one finding that names it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedCatalogueMistakesTest {

    /** @param wrong what stands there instead; the finding is at its line, or at that of {@code at} */
    private record Mistake(String entry, String right, String wrong, String at, String rule) {}

    private static Mistake mistake(String entry, String right, String wrong, String rule) {
        return new Mistake(entry, right, wrong, wrong.lines().findFirst().orElseThrow(), rule);
    }

    private static final String PRESET = "presets/predeterminado";

    private static final List<Mistake> MISTAKES = List.of(
            mistake("recorte_30s", "nombre: recorte_30s", "nombre: recorte_30", "catalogue-name"),
            mistake("recorte_30s", "order: 10", "ordre: 10", "catalogue-key"),
            mistake("recorte_30s", "order: 10", "order: ten", "catalogue-value"),
            mistake("recorte_30s", "order: 10", "order: 20", "catalogue-order"),
            mistake("hls", "role: stream", "role: video", "catalogue-ladder"),
            mistake("recorte_30s", "keep: 30", "keep: half", "catalogue-value"),
            mistake("recorte_30s", "keep: 30", "keep: \"{segundos}\"", "catalogue-placeholder"),
            mistake("recorte_30s", "  keep: 30", "  keeps: 30", "catalogue-key"),
            mistake("recorte_30s", "order: 10", "order: 10\ndefault: true", "default:", "catalogue-key"),
            mistake("recorte_30s", "trim:\n  keep: 30", "sets:\n  audio: none", "nombre: recorte_30s", "catalogue-key"),
            mistake("hd_720p", "  en: Scales", "  fr: Scales", "description:", "catalogue-key"),
            mistake("hd_720p", "fit: 1280x720", "fit: 1280×720", "catalogue-value"),
            mistake("hd_720p", "fit: 1280x720", "fits: 1280x720", "catalogue-key"),
            mistake("miniatura", "stream: poster", "stream: still", "catalogue-graph"),
            mistake("miniatura", "{in}split{out}", "{in}split[o]", "filter:", "catalogue-graph"),
            mistake("miniatura", "role: poster", "role: thumbnail", "catalogue-value"),
            mistake("miniatura", "check: {codec", "check: {codecs", "catalogue-key"),
            mistake("miniatura", "check: {codec: mjpeg, optional: true}", "check: mjpeg", "catalogue-key"),
            mistake("miniatura", "optional: true", "optional: maybe", "catalogue-value"),
            mistake("miniatura", "parts: beside", "parts: some", "catalogue-value"),
            mistake("subtitulos", "parts: whole", "parts: beside", "catalogue-value"),
            mistake("hls", "parts: exact", "parts: beside", "catalogue-value"),
            mistake("storyboard", "{in}split{out}", "{in}hflip,split{out}", "parts:", "catalogue-value"),
            mistake("gif", "length: \"{segundos}\"", "length: \"{segundo}\"", "    check:", "catalogue-placeholder"),
            mistake("gif", "length: \"{segundos}\"", "length: some", "    check:", "catalogue-value"),
            mistake("gif", "[gif_seen]palettegen", "[gif_sen]palettegen", "catalogue-graph"),
            mistake("storyboard", "storyboard-%d.jpg", "storyboard.jpg", "  - name:", "catalogue-value"),
            mistake("storyboard", "every: \"{cada}\", ", "", "    sheets:", "catalogue-key"),
            mistake("solo_audio", "  mp3:", "  ogg:", "catalogue-choose"),
            mistake("miniatura", "name: poster.jpg", "name: ../poster.jpg", "catalogue-value"),
            mistake("marca_de_agua", "inputs: [logo]", "inputs: [hat]", "catalogue-input"),
            mistake("marca_de_agua", "{logo}{in}", "{in}", "inputs: [logo]", "catalogue-input"),
            mistake("cortinillas", "needs: [hd_720p,", "needs: [hd_1080p,", "catalogue-reference"),
            mistake(
                    "cortinillas",
                    "color=c={background}:s={fit_width}",
                    "color=c={backgrund}:s={fit_width}",
                    "catalogue-placeholder"),
            mistake("cortinillas", "adds: cards", "adds: slides", "catalogue-value"),
            mistake("transcodificacion", "codec: h264", "codec: h264\n  rate: 9", "  rate: 9", "catalogue-value"),
            mistake("audio", "normalizar: \"{lufs}\"", "normalizar: \"{lufz}\"", "catalogue-placeholder"),
            mistake("audio", "normalizar: \"{lufs}\"", "normalizar: loud", "catalogue-value"),
            mistake("audio", "normalizar: \"{loudness}\"", "normalizar: anull", "loudness:", "catalogue-graph"),
            mistake("calidad", "tamano: \"{tamano}\"", "tamano: \"{size}\"", "catalogue-placeholder"),
            mistake("calidad", "tamano: \"{tamano}\"", "tamano: small", "catalogue-value"),
            mistake("calidad", "\"{bit_rate}\"", "\"5M\"", "size:", "catalogue-graph"),
            mistake("calidad", "  tamano: [\"-crf\"", "  tamanno: [\"-crf\"", "catalogue-choose"),
            mistake("calidad", "instead_of: crf", "instead_of: cfr", "catalogue-parameter"),
            mistake("calidad", "instead_of: crf", "instead_of: crf\n    default: 8", "catalogue-parameter"),
            mistake("marca_propia", "format: asset", "format: picture", "catalogue-parameter"),
            mistake("marca_propia", "accepts: [image/png,", "accepts: [image/gif,", "catalogue-parameter"),
            mistake("marca_propia", "image/svg+xml]", "text/vtt]", "    accepts:", "catalogue-parameter"),
            mistake("marca_propia", "  {imagen}format", "  {image}format", "catalogue-placeholder"),
            mistake("marca_propia", "overlay={posicion}{out}", "overlay={posicion}", "filter:", "catalogue-graph"),
            mistake("marca_propia", "abajo_derecha: \"x", "abajo_derech: \"x", "catalogue-parameter"),
            mistake("subtitulos", "filename={texto}", "force_style={texto}", "  imagen: sub", "catalogue-placeholder"),
            mistake("subtitulos", "pista: \"{texto}\"", "pista: \"{idioma}\"", "catalogue-placeholder"),
            mistake("subtitulos", "\nsubtitles:", "\nsubtitle:", "subtitle:", "catalogue-key"),
            mistake("subtitulos", "cues: \"{texto}\"", "cues: \"{modo}\"", "catalogue-placeholder"),
            mistake("subtitulos", "stream: cues", "stream: audio", "- name: subtitulos", "catalogue-graph"),
            mistake("subtitulos", "language: \"{idioma}\"", "language: \"{lengua}\"", "catalogue-placeholder"),
            mistake("subtitulos", "language={idioma}", "language={lengua}", "catalogue-placeholder"),
            mistake("subtitulos", "role: subtitles", "role: subtitle", "catalogue-value"),
            mistake(PRESET, "nombre: predeterminado", "nombre: estandar", "catalogue-name"),
            mistake(PRESET, "  en: A clip", "  fr: A clip", "description:", "catalogue-key"),
            mistake(PRESET, "transformaciones:", "transformations:", "catalogue-key"),
            mistake(PRESET, "  - hd_720p", "  - hd_721p", "catalogue-preset"),
            mistake(PRESET, "  - hd_720p", "  - {nombre: hd_720p, alto: 720}", "catalogue-preset"),
            mistake(PRESET, "  - recorte_30s", "  - {nombre: recortar, inicio: -1}", "catalogue-preset"),
            mistake(PRESET, "  - recorte_30s", "  - {nombre: recortar, inicio: 5, fin: 4}", "catalogue-preset"),
            mistake(
                    PRESET,
                    "  - recorte_30s",
                    "  - hd_720p\n  - hd_720p",
                    "  - hd_720p\n  - hd_720p\n  - miniatura",
                    "catalogue-preset"),
            mistake(PRESET, "  - sin_audio\n", "", "transformaciones:", "catalogue-preset"),
            mistake(PRESET, "  - sin_audio", "  - sin_audio\n  - audio", "transformaciones:", "catalogue-preset"),
            mistake("sin_audio", "output: [\"-an\"]", "output: \"-an\"", "catalogue-value"),
            mistake("transcodificacion", "  es: H.264", "  es: : H.264", "yaml-syntax"));

    private static Mistake mistake(String entry, String right, String wrong, String at, String rule) {
        return new Mistake(entry, right, wrong, at, rule);
    }

    private Map<String, String> files;

    @BeforeAll
    void read() throws Exception {
        files = RouteFiles.read(Path.of("../src/main/resources/camel"));
        files.keySet().removeIf(file -> !TransformationFiles.isOne(file));
    }

    @Test
    void aDefaultPresetMustBeThere() {
        Map<String, String> without = new TreeMap<>(files);
        without.remove("catalogue/" + PRESET + ".yaml");

        assertThat(new RouteChecks().check(without))
                .extracting(Finding::id, Finding::file)
                .containsExactly(tuple("catalogue-default", "catalogue/" + PRESET + ".yaml"));
    }

    @Test
    void eachIsFoundWithFileAndLine() {
        List<String> missed = new ArrayList<>();
        RouteChecks checks = new RouteChecks();
        for (Mistake mistake : MISTAKES) {
            Map<String, String> wrong = new TreeMap<>(files);
            String file = "catalogue/" + mistake.entry() + ".yaml";
            assertThat(wrong.get(file)).as(mistake.toString()).contains(mistake.right());
            wrong.put(file, wrong.get(file).replace(mistake.right(), mistake.wrong()));

            List<Finding> findings = checks.check(wrong);

            System.out.println(findings.isEmpty() ? mistake + ": nothing found" : findings.get(0));
            int line = lineOf(mistake.at(), wrong.get(file));
            if (findings.stream()
                    .noneMatch(found -> found.id().equals(mistake.rule())
                            && (found.file().equals(file) && found.line() == line || isElsewhere(mistake)))) {
                missed.add(mistake + " at line " + line + ": " + findings);
            }
        }
        System.out.printf(
                "RESULT name=catalogue-mistakes value=%d unit=found-of-%d target=%d verdict=%s%n",
                MISTAKES.size() - missed.size(), MISTAKES.size(), MISTAKES.size(), missed.isEmpty() ? "pass" : "fail");
        assertThat(missed).isEmpty();
    }

    /** Two entries disagree: either of them may be the one that is wrong. */
    private static boolean isElsewhere(Mistake mistake) {
        return mistake.rule().equals("catalogue-order");
    }

    private static int lineOf(String text, String file) {
        return (int) file.substring(0, file.indexOf(text))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
    }
}
