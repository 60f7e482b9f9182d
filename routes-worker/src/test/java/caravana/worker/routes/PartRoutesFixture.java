package caravana.worker.routes;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyDouble;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import caravana.worker.media.StoredFile;
import caravana.worker.media.VideoParts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A job whose video is encoded in parts, each of which comes out as it must be. */
abstract class PartRoutesFixture {

    static final String CLAIM_PART = "statement:job/claim-part.sql";
    static final String NOTE = "statement:job/note-part.sql";
    static final String PLAN_ID = UUID.randomUUID().toString();

    final VideoParts parts = mock(VideoParts.class);
    final AtomicInteger claims = new AtomicInteger();

    @TempDir
    Path folder;

    JobRoutes routes;

    @BeforeEach
    void start() throws Exception {
        routes = open();
        when(routes.partsPlanner.beginParts(anyDouble(), any(), any(), any(), any()))
                .thenReturn(parts);
        when(routes.partsPlanner.beginHelp(anyDouble(), any())).thenReturn(parts);
        when(parts.isWanted()).thenReturn(true);
        when(parts.getMade()).thenReturn(Map.of("sha256", "digest"));
        when(parts.getFiles())
                .thenReturn(List.of(new StoredFile(
                        "0.mp4", "video/mp4", folder.resolve("part").toFile())));
    }

    JobRoutes open() throws Exception {
        return JobRoutes.start(folder);
    }

    @AfterEach
    void stop() throws Exception {
        routes.close();
    }

    /** So many parts wait, which are numbered from 0. */
    void leave(int waiting) {
        routes.answer(CLAIM_PART, with -> {
            int number = claims.getAndIncrement();
            with.getMessage().setBody(number < waiting ? part(number) : null);
        });
    }

    static Map<String, Object> part(int number) {
        return Map.of(
                "plan_id", PLAN_ID, "number", number, "transformations", "[\"sin_audio\"]", "predicted_seconds", 90.0);
    }
}
