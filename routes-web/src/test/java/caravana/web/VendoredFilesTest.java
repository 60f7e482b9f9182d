package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files of others that Maven does not know: a release says of each which version it is and under which licence. */
class VendoredFilesTest {

    private static final Path VENDOR = Path.of("src/main/resources/static/page/vendor");

    @Test
    void eachIsInTheBillOfMaterialsWithItsSumAndLicence() throws Exception {
        List<String> listed = new ArrayList<>();
        for (JsonNode component :
                new ObjectMapper().readTree(VENDOR.resolve("bom.json").toFile()).get("components")) {
            String file = component.at("/properties/0/value").asText();
            byte[] sum = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(VENDOR.resolve(file)));

            assertThat(component.at("/hashes/0/content").asText())
                    .as(file)
                    .isEqualTo(HexFormat.of().formatHex(sum));
            assertThat(component.get("purl").asText())
                    .as(file)
                    .endsWith(component.get("name").asText() + "@"
                            + component.get("version").asText());
            assertThat(component.at("/licenses/0/license/id").asText()).as(file).isNotEmpty();
            assertThat(VENDOR.resolve(file.substring(0, file.indexOf('.')) + ".LICENSE.txt"))
                    .isNotEmptyFile();
            assertThat(Files.readString(Path.of("../NOTICE")))
                    .contains(component.get("name").asText() + " "
                            + component.get("version").asText());
            listed.add(file);
        }

        assertThat(listed).containsExactlyInAnyOrderElementsOf(files());
    }

    private static List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(VENDOR)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("bom.json") && !name.endsWith(".LICENSE.txt"))
                    .toList();
        }
    }
}
