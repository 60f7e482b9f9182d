package caravana.transformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.routes.RoutesReloaded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransformationCatalogueTest {

    @TempDir
    Path folder;

    private final TransformationCatalogue catalogue = new TransformationCatalogue("file:../src/main/resources/camel");

    @Test
    void theDefaultSetIsTheseEight() {
        assertThat(catalogue.defaultSet())
                .containsExactlyInAnyOrder(
                        "recorte_30s",
                        "formato_16_9",
                        "hd_720p",
                        "marca_de_agua",
                        "cortinillas",
                        "sin_audio",
                        "transcodificacion",
                        "miniatura");
    }

    @Test
    void appliesInCatalogueOrderWhateverTheOrderAskedFor() {
        assertThat(catalogue.apply(asked("formato_16_9", "hd_720p", "formato_16_9")))
                .extracting(AppliedTransformation::name)
                .containsExactly("hd_720p", "formato_16_9");
    }

    @Test
    void namesTheOneThatItDoesNotKnow() {
        assertThatThrownBy(() -> catalogue.apply(asked("hd_720p", "sepia")))
                .isInstanceOf(UnknownTransformationException.class)
                .hasMessageContaining("'sepia'")
                .hasMessageContaining("recorte_30s");
    }

    @Test
    void namesWhatACombinationLacks() {
        assertThatThrownBy(() -> catalogue.apply(asked("cortinillas", "hd_720p")))
                .isInstanceOf(ImpossibleCombinationException.class)
                .hasMessageContaining("'cortinillas' is not possible without formato_16_9, sin_audio");
    }

    @Test
    void namesWhatDoesNotGoTogether() throws Exception {
        Path entries = catalogue("gris");
        Files.writeString(entries.resolve("gris.yaml"), entry("gris", 1) + "excludes: [sepia]\n");
        Files.writeString(entries.resolve("sepia.yaml"), entry("sepia", 2));

        assertThatThrownBy(() -> in(folder).apply(asked("gris", "sepia")))
                .isInstanceOf(ImpossibleCombinationException.class)
                .hasMessageContaining("'gris' is not possible together with sepia");
    }

    @Test
    void anEditIsReadWhenItIsTakenOver() throws Exception {
        Path entries = catalogue("gris");
        Files.writeString(entries.resolve("gris.yaml"), entry("gris", 1));
        TransformationCatalogue edited = in(folder);

        Files.writeString(entries.resolve("sepia.yaml"), entry("sepia", 2));
        edited.reloaded(new RoutesReloaded(Set.of("job/claim-job.sql")));
        assertThat(edited.names()).containsExactly("gris");
        edited.reloaded(new RoutesReloaded(Set.of("catalogue/sepia.yaml")));
        assertThat(edited.names()).containsExactly("gris", "sepia");
    }

    @Test
    void aMistakeStopsTheStartAndIsNamedWithItsFile() throws Exception {
        Path entries = catalogue("gris");
        Files.writeString(entries.resolve("gris.yaml"), entry("gris", 1).replace("order", "ordre"));

        assertThatThrownBy(() -> in(folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("catalogue/gris.yaml:3: An entry has no key ordre");
    }

    @Test
    void aPresetIsReadAgainWhenItWasEdited() throws Exception {
        Path entries = catalogue("gris");
        Files.writeString(entries.resolve("gris.yaml"), entry("gris", 1));
        Files.writeString(entries.resolve("sepia.yaml"), entry("sepia", 2));
        TransformationCatalogue edited = in(folder);
        assertThat(edited.defaultSet()).containsExactly("gris");

        catalogue("sepia, gris");
        edited.reloaded(new RoutesReloaded(Set.of("catalogue/presets/predeterminado.yaml")));
        assertThat(edited.defaultSet()).containsExactly("sepia", "gris");
    }

    @Test
    void withoutADefaultPresetNothingStarts() throws Exception {
        Path entries = Files.createDirectories(folder.resolve("catalogue"));
        Files.writeString(entries.resolve("gris.yaml"), entry("gris", 1));

        assertThatThrownBy(() -> in(folder))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("There is no preset predeterminado");
    }

    /** A catalogue with a default preset alone. */
    private Path catalogue(String transformations) throws Exception {
        Path presets = Files.createDirectories(folder.resolve("catalogue/presets"));
        Files.writeString(
                presets.resolve("predeterminado.yaml"),
                "nombre: predeterminado\ndescription: {es: Algo., en: Something.}\ntransformaciones: ["
                        + transformations + "]\n");
        return presets.getParent();
    }

    private static List<AskedTransformation> asked(String... names) {
        return Stream.of(names).map(AskedTransformation::named).toList();
    }

    private static TransformationCatalogue in(Path folder) {
        return new TransformationCatalogue("file:" + folder);
    }

    private static String entry(String name, int order) {
        return "nombre: " + name + "\ndescription: {es: Gris., en: Grey.}\norder: " + order + "\nfilter: hue=s=0\n";
    }
}
