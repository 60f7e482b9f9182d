package caravana.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentMatchers;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/** Which apps run a version of the routes; ShippingTest ships and runs versions for real. */
class RouteStoreTest {

    private static final Map<String, String> ROUTES = Map.of("job/claim-job.sql", "SELECT 1");

    private final Map<String, byte[]> objects = new HashMap<>();
    private final S3Client s3 = mock(S3Client.class);
    private final RouteStore store = new RouteStore(s3, "videos");

    @BeforeEach
    void keepObjects() {
        when(s3.putObject(ArgumentMatchers.<Consumer<PutObjectRequest.Builder>>any(), any(RequestBody.class)))
                .thenAnswer(put -> {
                    PutObjectRequest.Builder request = PutObjectRequest.builder();
                    put.<Consumer<PutObjectRequest.Builder>>getArgument(0).accept(request);
                    objects.put(request.build().key(), content(put.getArgument(1)));
                    return null;
                });
        when(s3.getObjectAsBytes(ArgumentMatchers.<Consumer<GetObjectRequest.Builder>>any()))
                .thenAnswer(get -> {
                    GetObjectRequest.Builder request = GetObjectRequest.builder();
                    get.<Consumer<GetObjectRequest.Builder>>getArgument(0).accept(request);
                    return ResponseBytes.fromByteArray(
                            GetObjectResponse.builder().build(),
                            objects.get(request.build().key()));
                });
    }

    private static byte[] content(RequestBody body) throws IOException {
        try (var stream = body.contentStreamProvider().newStream()) {
            return stream.readAllBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1.0-SNAPSHOT", "0.1.7", "0.2.0"})
    void appsOfEachVersionThatTheRoutesFitRunThem(String app) {
        store.ship("1", AppVersions.of("0.1,0.2"), ROUTES);

        assertThat(store.fetch("1", app)).isEqualTo(ROUTES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.3.0", "1.1.0", "0.10.0", "10.1.0"})
    void anAppOfAnotherVersionRefusesThem(String app) {
        store.ship("1", AppVersions.of("0.1,0.2"), ROUTES);

        assertThatThrownBy(() -> store.fetch("1", app))
                .isInstanceOfSatisfying(
                        RoutesRefusedException.class,
                        refused -> assertThat(refused.remedy())
                                .startsWith("Set CARAVANA_ROUTES_VERSION to routes that fit "
                                        + app.replaceFirst("\\.0$", "") + ","))
                .hasMessage("Version 1 of the routes fits the apps of version 0.1, 0.2, and this is " + app);
    }

    @Test
    void routesThatNameNoAppsAreRefused() {
        store.ship("1", AppVersions.of("0.1"), ROUTES);
        objects.computeIfPresent(
                "routes/1/manifest.sha256",
                (key, manifest) -> new String(manifest, StandardCharsets.UTF_8)
                        .replaceFirst("# fits.*\n", "")
                        .getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> store.fetch("1", "0.1.0"))
                .isInstanceOf(RoutesRefusedException.class)
                .hasMessageContaining("does not say which versions of the apps it fits");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0.1.2", "0.1,", "[0.1,0.2)"})
    void whatNamesNoVersionsIsRefused(String text) {
        assertThatThrownBy(() -> AppVersions.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("write them as 1.1 or 1.1,1.2");
    }
}
