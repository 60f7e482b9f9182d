package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TransformationListTest {

    @Test
    void theDocumentIsThatOfTheCatalogue() throws Exception {
        List<Finding> findings = new ArrayList<>();
        Map<String, String> files = RouteFiles.read(Path.of("../src/main/resources/camel"));
        List<TransformationEntry> entries = TransformationFiles.read(files, findings::add);
        List<TransformationPreset> presets = PresetFiles.read(files, entries, findings::add);

        assertThat(findings).isEmpty();
        assertThat(Files.readString(Path.of("../docs/transformations.md")))
                .as("./caravana transformations > docs/transformations.md")
                .isEqualTo(TransformationList.of(entries, presets));
    }

    @Test
    void thePicturesAreThoseOfTheCatalogue() throws Exception {
        List<TransformationEntry> entries =
                TransformationFiles.read(RouteFiles.read(Path.of("../src/main/resources/camel")), nothing -> {});
        Path pictures = Path.of("../docs/images/transformations");

        assertThat(pictures.resolve(TransformationPictures.MADE_BY))
                .as("./caravana transformations > docs/transformations.md")
                .hasContent(TransformationPictures.madeBy(entries));
        try (Stream<Path> files = Files.list(pictures)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".jpg")))
                    .containsExactlyInAnyOrderElementsOf(
                            entries.stream().map(entry -> entry.name() + ".jpg").toList());
        }
    }
}
