package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.transformation.AskedTransformation;
import caravana.transformation.TransformationCatalogue;
import caravana.transformation.TransformationRecipe;
import caravana.worker.job.RunningJob;
import caravana.worker.job.RunningJobs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job says of an asset that it cannot use: which one it is, and what needs it. */
class JobAssetsTest {

    private static final String ID = "00000000-0000-4000-8000-000000000007";

    @TempDir
    Path folder;

    private final JobAssets assets = new JobAssets();
    private RunningJob job;
    private FetchedAssets fetched;

    @BeforeEach
    void openJob() throws Exception {
        job = RunningJobs.inFolder(folder);
        fetched = assets.begin(TransformationCatalogue.builtIn()
                .apply(List.of(AskedTransformation.read(
                        TransformationRecipe.parse("[{\"nombre\": \"subtitulos\", \"texto\": \"" + ID + "\"}]")
                                .get(0)))));
    }

    private void found(String type) {
        assets.found(
                List.of(Map.of("id", ID, "name", "capítulo 1.srt", "media_type", type, "object_key", "assets/x")),
                fetched);
    }

    @Test
    void subtitlesThatCannotBeReadAreNamed() throws Exception {
        found("text/vtt");
        Files.writeString(folder.resolve(fetched.getFiles().get(0).fileName()), "no cues");

        assertRejected("asset_unreadable", () -> assets.checkSubtitles(job, fetched));
        assertThatThrownBy(() -> assets.checkSubtitles(job, fetched))
                .hasMessageContaining("capítulo 1.srt")
                .asInstanceOf(InstanceOfAssertFactories.type(RejectedMediaException.class))
                .extracting(RejectedMediaException::values, InstanceOfAssertFactories.MAP)
                .containsEntry("asset_name", "capítulo 1.srt");
    }

    @Test
    void subtitlesThatCanBeReadAreKept() throws Exception {
        found("text/vtt");
        Files.writeString(
                folder.resolve(fetched.getFiles().get(0).fileName()), "WEBVTT\n\n00:00.000 --> 00:01.000\nplain\n");

        assertThatCode(() -> assets.checkSubtitles(job, fetched)).doesNotThrowAnyException();
    }

    @Test
    void anAssetThatIsMissingIsNamed() {
        assertRejected("asset_missing", () -> assets.found(List.of(), fetched));
    }

    private static void assertRejected(String code, Runnable step) {
        assertThatThrownBy(step::run)
                .hasMessageContaining(ID)
                .hasMessageContaining("subtitulos")
                .isInstanceOfSatisfying(RejectedMediaException.class, e -> {
                    assertThat(e.code()).isEqualTo(code);
                    assertThat(e.values()).containsEntry("asset_id", ID).containsEntry("transformation", "subtitulos");
                });
    }
}
