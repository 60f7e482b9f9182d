package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shipped catalogue, and mistakes that only ffmpeg knows, run by the real one. */
class TransformationGraphsTest {

    @TempDir
    Path folder;

    private static Map<String, String> shipped() throws Exception {
        Map<String, String> files = new TreeMap<>(RouteFiles.read(Path.of("../src/main/resources/camel")));
        files.keySet().removeIf(file -> !TransformationFiles.isOne(file));
        return files;
    }

    @Test
    void ffmpegRunsEveryEntryWithItsDefaultsAndExtremes() throws Exception {
        Map<String, String> files = shipped();
        List<TransformationEntry> entries = TransformationFiles.read(files, nothing -> {});
        Set<String> kept = new HashSet<>();
        Run.some("transformations with their defaults and extremes", 7, entries).forEach(entry -> {
            kept.add(entry.file());
            entries.stream()
                    .filter(other -> entry.needs().contains(other.name()))
                    .forEach(other -> kept.add(other.file()));
        });
        files.keySet().retainAll(kept);
        List<Finding> findings = new ArrayList<>();

        int graphs = TransformationGraphs.check(files, passed("first"), findings::add);

        System.out.println(graphs + " graphs");
        assertThat(findings).isEmpty();
        assertThat(graphs).isGreaterThanOrEqualTo(files.size());
    }

    /** A mistake is found each time; what has passed runs again with another ffmpeg only. */
    @Test
    void whatFfmpegHasRunItRunsOnce() throws Exception {
        Map<String, String> files = new TreeMap<>(shipped());
        files.keySet().retainAll(Set.of("catalogue/girar.yaml"));
        TransformationGraphs.check(files, passed("build one"), finding -> {});
        long remembered = Files.size(folder.resolve("passed"));
        assertThat(remembered).isPositive();

        TransformationGraphs.check(files, passed("build one"), finding -> {});
        assertThat(folder.resolve("passed")).hasSize(remembered);
        TransformationGraphs.check(files, passed("build two"), finding -> {});
        assertThat(folder.resolve("passed")).hasSize(2 * remembered);
    }

    private PassedGraphs passed(String ffmpeg) {
        return new PassedGraphs(folder.resolve("passed"), ffmpeg);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            marca_de_agua     | {in}scale2ref=w=                | {in}scael2ref=w=                | No such filter: 'scael2ref'
            marca_de_agua     | out_range=tv                    | out_rnge=tv                     | out_rnge
            girar             | media_vuelta: hflip,vflip       | media_vuelta: hflip,,vflip      | ffmpeg refuses girar with {giro=
            calidad           | ["-crf", "{crf}"]               | ["-crv", "{crf}"]               | crv
            escalar           | h='trunc({alto}/2)*2'             | h='trunc({alto}/2)*'             | ffmpeg refuses escalar
            rotulo            | x=(w-tw)/2                     | x=(w-tww)/2                     | ffmpeg refuses rotulo
            transcodificacion | "libx264"                       | "libx265x"                      | libx265x
            """)
    void whatFfmpegRefusesIsFoundWithItsLine(String entry, String right, String wrong, String complaint)
            throws Exception {
        Map<String, String> files = shipped();
        String file = "catalogue/" + entry + ".yaml";
        assertThat(files.get(file)).contains(right);
        Map<String, String> one = Map.of(file, files.get(file).replace(right, wrong));
        List<Finding> findings = new ArrayList<>();

        TransformationGraphs.check(one, passed("this build"), findings::add);

        System.out.println(findings);
        assertThat(findings).singleElement().satisfies(found -> {
            assertThat(found.file()).isEqualTo(file);
            assertThat(found.what()).contains(complaint);
            assertThat(found.id()).isEqualTo("catalogue-ffmpeg");
            assertThat(found.line()).isEqualTo(lineOf(wrong, one.get(file)));
        });
    }

    private static int lineOf(String text, String file) {
        return (int) file.substring(0, file.indexOf(text))
                        .chars()
                        .filter(c -> c == '\n')
                        .count()
                + 1;
    }
}
