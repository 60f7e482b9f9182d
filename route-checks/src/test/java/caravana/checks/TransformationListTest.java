package caravana.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
        assertThat(entries)
                .filteredOn(TransformationGraphs::isSeen)
                .allSatisfy(entry -> assertThat(Path.of("../docs/images/transformations", entry.name() + ".jpg"))
                        .isNotEmptyFile());
    }
}
