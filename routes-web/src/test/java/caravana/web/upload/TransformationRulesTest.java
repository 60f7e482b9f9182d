package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import caravana.web.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransformationRulesTest {

    @TempDir
    Path folder;

    /** No entry that ships has so much to say. */
    @Test
    void aPresetHasItsSize() throws Exception {
        Path presets = Files.createDirectories(folder.resolve("catalogue/presets"));
        Files.writeString(folder.resolve("catalogue/poema.yaml"), """
                nombre: poema
                description: {es: Escribe mucho., en: Writes a lot.}
                order: 1
                parameters:
                  texto: {type: string, maxLength: 10000, title: {es: Texto, en: Text}}
                filter: drawtext=textfile={texto}:expansion=none
                """);
        Files.writeString(presets.resolve("predeterminado.yaml"), """
                nombre: predeterminado
                description: {es: Algo., en: Something.}
                transformaciones: [{nombre: poema, texto: Hola}]
                """);
        TransformationRules rules = new TransformationRules(new TransformationCatalogue("file:" + folder));

        assertThat(rules.kept(poem(8000), null)).hasSizeBetween(8000, 8192);
        assertThatThrownBy(() -> rules.kept(poem(8192), null))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.getCode()).isEqualTo("field_too_long"))
                .hasMessageContaining("8 KiB");
    }

    private static JsonNode poem(int length) throws Exception {
        return TransformationRecipe.parse("[{\"nombre\": \"poema\", \"texto\": \"" + "x".repeat(length) + "\"}]");
    }
}
