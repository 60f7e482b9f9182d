package caravana.transformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TransformationCatalogueTest {

    private final TransformationCatalogue catalogue = new TransformationCatalogue();

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
        assertThat(catalogue.resolve(List.of("formato_16_9", "hd_720p", "formato_16_9")))
                .extracting(Transformation::name)
                .containsExactly("hd_720p", "formato_16_9");
    }

    @Test
    void namesTheOneThatItDoesNotKnow() {
        assertThatThrownBy(() -> catalogue.resolve(List.of("hd_720p", "sepia")))
                .isInstanceOf(UnknownTransformationException.class)
                .hasMessageContaining("'sepia'")
                .hasMessageContaining("recorte_30s");
    }

    @Test
    void namesWhatACombinationLacks() {
        assertThatThrownBy(() -> catalogue.resolve(List.of("cortinillas", "hd_720p")))
                .isInstanceOf(ImpossibleCombinationException.class)
                .hasMessageContaining("'cortinillas' is not possible without formato_16_9, sin_audio");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            a: {order: 1, filter: x}                                    | a lacks 'description'
            a: {description: d, order: one, filter: x}                  | a has 'one' as order; it has to be a Integer
            a: {description: d, order: 1, filtre: x}                    | a has an unknown key 'filtre'
            a: {description: d, order: 1}                               | a does nothing
            a: {description: d, order: 1, filter: "{in}x"}              | a has a filter with only one of {in} and {out}
            a: {description: d, order: 1, filter: x, inputs: [logo]}    | a has the input 'logo', which its filter does not use
            a: {description: d, order: 1, filter: "{hat}", inputs: [hat]} | a has the input 'hat'; there are
            a: {description: d, order: 1, filter: x, needs: [b]}        | a needs 'b', which does not exist
            a: {description: d, order: 1, filter: x, second_output: {file: ../p.jpg, stream: s}} | a.second_output has the file '../p.jpg'
            a: {description: d, order: 1, filter: x, order: 2}          | no valid YAML
            """)
    void aMistakeInTheCatalogueIsNamed(String yaml, String complaint) {
        assertThatThrownBy(() -> new TransformationCatalogue(yaml))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("transformations.yaml")
                .hasMessageContaining(complaint);
    }

    @Test
    void twoInOnePlaceAreAMistake() {
        assertThatThrownBy(() -> new TransformationCatalogue(
                        "a: {description: d, order: 1, filter: x}\n" + "b: {description: d, order: 1, filter: y}"))
                .hasMessageContaining("a and b have the same order");
    }
}
