package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.routes.RoutesReloaded;
import caravana.test.SampledClass;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationEventPublisher;

/** What becomes of jobs that meet a mistake in the routes: real statements that PostgreSQL refuses, and a row that no bean reads. */
@SampledClass(turn = 1)
class RouteDefectTest extends WorkerRouteTest {

    private static final String MISSPELL = "ALTER TABLE %s RENAME COLUMN %s TO misspelt";
    private static final String CORRECT = "ALTER TABLE %s RENAME COLUMN misspelt TO %s";

    /** A message may name transformations like this, and a row may not: what is made of the row is no poison. */
    private static final String UNREADABLE = "[{\"nombre\": \"hd_720p\"}]";

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private ApplicationEventPublisher events;

    private Runnable correction = () -> {};

    /** What another test has found to be the fault of single jobs. */
    @BeforeEach
    void beginWithoutABlemish() {
        events.publishEvent(new RoutesReloaded(Set.of()));
    }

    @AfterEach
    void correct() {
        correction.run();
        await().atMost(JOB).until(intake::isOpen);
    }

    @Test
    void aMisspeltColumnCostsNoAttemptAndClosesTheIntakeUntilAJobOnTrialIsProcessed() throws Exception {
        byte[] video = video("64x48", 1);
        jdbc.update("INSERT INTO route_versions (version, processed_at) VALUES ('v1', now())");
        misspell("videos", "poster_key");
        String first = upload(video);
        send(message(first));

        await().atMost(JOB).until(() -> intake.closedBy().contains("route_defect"));
        assertThat(intake.closedWhy())
                .contains("step commit-row of routes built-in")
                .contains("poster_key");
        await().atMost(JOB).until(() -> row(first).get("status").equals("uploaded"));
        assertThat(row(first)).containsEntry("attempts", 0).containsEntry("error_code", null);
        assertThat(handedBack("route_defect")).isPositive();
        await().atMost(JOB)
                .until(() -> jdbc.queryForObject(
                                "SELECT closed_why FROM workers ORDER BY seen_at DESC LIMIT 1", String.class)
                        .matches(".*commit-row of routes built-in: .*; roll back to routes v1"));
        assertThat(meters.find("caravana.routes")
                        .tags("version", "built-in", "roll_back_to", "v1")
                        .gauge())
                .isNotNull();

        correct("videos", "poster_key");
        String second = upload(video);
        send(message(second));

        await().atMost(JOB).until(() -> row(second).get("status").equals("processed"));
        await().atMost(JOB).until(() -> row(first).get("status").equals("processed"));
        assertThat(row(first)).containsEntry("attempts", 1).containsEntry("last_code", null);
        assertThat(intake.isOpen()).isTrue();
        assertThat(jdbc.queryForObject(
                        "SELECT processed_at IS NOT NULL FROM route_versions WHERE version = 'built-in'",
                        Boolean.class))
                .isTrue();
        assertQueueIsQuiet();
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aClaimThatCannotBeMadeSpendsNoReceive() throws Exception {
        String id = upload(video("64x48", 1));
        double before = handedBack("route_defect");
        misspell("videos", "claims");
        send(message(id));

        await().atMost(JOB).until(() -> intake.closedWhy().contains("step update-claim"));
        // Each trial receives a copy of it.
        await().atMost(JOB).until(() -> handedBack("route_defect") >= before + 3);
        correct("videos", "claims");

        await().atMost(JOB).until(() -> row(id).get("status").equals("processed"));
        assertThat(row(id)).containsEntry("attempts", 1);
        assertQueueIsQuiet();
        assertThat(deadLetters()).isEmpty();
    }

    /** What goes back is the message of the unit that was claimed, and the named video has one of its own. */
    @Test
    void aMistakeBehindTheClaimOfAnotherVideoThanTheNamedOneLosesNeither() throws Exception {
        byte[] video = video("64x48", 1);
        String first = upload(video);
        String named = upload(video);
        jdbc.update("UPDATE videos SET not_before = now() - interval '1 hour' WHERE id = CAST(? AS uuid)", first);
        setTransformations(first, UNREADABLE);
        misspell("videos", "poster_key");
        send(message(named));

        await().atMost(JOB).until(() -> intake.closedWhy().contains("step read-recipe"));
        await().atMost(JOB).until(() -> row(first).get("status").equals("uploaded"));
        setTransformations(first, "[\"hd_720p\"]");
        await().atMost(JOB).until(() -> intake.closedWhy().contains("step commit-row"));
        correct("videos", "poster_key");

        for (String id : List.of(first, named)) {
            await().atMost(JOB).until(() -> row(id).get("status").equals("processed"));
            assertThat(row(id)).containsEntry("attempts", 1).containsEntry("last_code", null);
        }
        assertQueueIsQuiet();
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void whatOneVideoAloneProvokesBecomesItsOwnFailure() throws Exception {
        String odd = upload(video("64x48", 1));
        setTransformations(odd, UNREADABLE);
        send(message(odd));
        await().atMost(JOB).until(() -> intake.closedWhy().contains("step read-recipe"));
        await().atMost(JOB).until(() -> row(odd).get("status").equals("uploaded"));
        assertThat(row(odd)).containsEntry("attempts", 0);

        String other = upload(video("64x48", 1));
        send(message(other));

        await().atMost(JOB).until(() -> row(other).get("status").equals("processed"));
        await().atMost(JOB).until(() -> "route_defect".equals(row(odd).get("error_code")));
        assertThat((Integer) row(odd).get("attempts")).isPositive();
        assertThat(intake.isOpen()).isTrue();

        jdbc.update("UPDATE videos SET attempts = 4 WHERE id = CAST(? AS uuid)", odd);
        Map<String, Object> row =
                await().atMost(JOB).until(() -> row(odd), r -> r.get("status").equals("failed"));
        assertThat(row).containsEntry("error_code", "attempts_exhausted").containsEntry("last_code", "route_defect");
        await().atMost(JOB)
                .until(
                        () -> deadLetters(),
                        dead -> !dead.isEmpty() && dead.get(0).body().contains(odd));
        assertQueueIsQuiet();
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aHeartbeatThatCannotRenewHandsItsJobsBackAndOpensByItself() throws Exception {
        String id = upload(video("1920x1080", 5));
        send(message(id));
        ProcessHandle ffmpeg = await().atMost(JOB).until(RouteDefectTest::transcoding, p -> p != null);
        freeze(ffmpeg);

        refuseRenewals();

        await().atMost(JOB).until(() -> intake.closedWhy().contains("step renew-leases"));
        await().atMost(JOB).until(() -> !ffmpeg.isAlive());
        await().atMost(JOB).until(() -> row(id).get("status").equals("uploaded"));
        assertThat(row(id)).containsEntry("attempts", 0);
        correction.run();
        await().atMost(JOB).until(() -> row(id).get("status").equals("processed"));
        assertThat(row(id).get("error_code")).isNull();
        assertQueueIsQuiet();
    }

    private void setTransformations(String id, String transformations) {
        jdbc.update(
                "UPDATE videos SET transformations = CAST(? AS jsonb) WHERE id = CAST(? AS uuid)", transformations, id);
    }

    private void misspell(String table, String column) {
        correction = () -> correct(table, column);
        jdbc.execute(MISSPELL.formatted(table, column));
    }

    private void correct(String table, String column) {
        correction = () -> {};
        jdbc.execute(CORRECT.formatted(table, column));
    }

    /** As a mistake in the heartbeat's statement alone does. */
    private void refuseRenewals() {
        correction = () -> jdbc.execute("DROP FUNCTION IF EXISTS refuse_renewal CASCADE");
        jdbc.execute("CREATE OR REPLACE FUNCTION refuse_renewal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                + " RAISE EXCEPTION 'no such column' USING ERRCODE = 'undefined_column'; END $$");
        jdbc.execute("CREATE TRIGGER refuse_renewals BEFORE UPDATE ON videos FOR EACH ROW"
                + " WHEN (OLD.claim_token = NEW.claim_token AND OLD.lease_until < NEW.lease_until)"
                + " EXECUTE FUNCTION refuse_renewal()");
    }

    private double handedBack(String code) {
        return meters.find("caravana.jobs").tags("result", "requeued", "code", code).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
