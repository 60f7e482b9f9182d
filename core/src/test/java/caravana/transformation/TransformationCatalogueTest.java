package caravana.transformation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TransformationCatalogueTest {

    private final TransformationCatalogue catalogue = new TransformationCatalogue();

    @Test
    void theDefaultSetIsTheWholeFirstSet() {
        assertThat(catalogue.defaultSet())
                .containsExactlyInAnyOrder("recorte_30s", "hd_720p", "formato_16_9", "sin_audio", "transcodificacion");
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
}
