package caravana.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.worker.WorkerFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.ColumnMapRowMapper;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.RowMapperResultSetExtractor;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** What becomes of parts of videos, by the statements as they stand in the route tree, against the real database. */
@Tag("slow")
class PartStatementsTest {

    private static final int CLAIMERS = 8;
    private static final String OWNER = UUID.randomUUID().toString();
    private static final String BUILD = "ffmpeg 5";
    private static final RowMapperResultSetExtractor<Map<String, Object>> ROWS =
            new RowMapperResultSetExtractor<>(new ColumnMapRowMapper());

    private final JdbcTemplate database = new JdbcTemplate(WorkerFixture.DATABASE);
    private final NamedParameterJdbcTemplate jdbc = new NamedParameterJdbcTemplate(database);

    @BeforeEach
    void onlyTheTestsOwnVideosAreThere() {
        database.update("DELETE FROM renditions");
        database.update("DELETE FROM videos");
        database.update("DELETE FROM shares");
        database.update("DELETE FROM work_rates");
        database.update("DELETE FROM workers");
    }

    private static String token() {
        return UUID.randomUUID().toString();
    }

    private String insert(String status, String claim) {
        return insert(OWNER, status, claim);
    }

    private String insert(String owner, String status, String claim) {
        String id = token();
        database.update(
                "INSERT INTO videos (id, owner_id, status, original_key, original_bytes, transformations, expires_at, uploaded_at,"
                        + " claim_token, lease_until, worker)"
                        + " VALUES (CAST(? AS uuid), CAST(? AS uuid), ?, 'uploads/' || ?, 200000000, '[]', now() + interval '1 hour', now(),"
                        + " CAST(? AS uuid), now() + interval '1 hour', 'owner')",
                id,
                owner,
                status,
                id,
                claim);
        return id;
    }

    /** The rows of a statement's file. */
    private List<Map<String, Object>> run(String file, Map<String, Object> parameters) {
        Map<String, Object> all = new HashMap<>(Map.of(
                "build",
                BUILD,
                "lease_seconds",
                3600.0,
                "max_attempts",
                5,
                "account_at_once",
                50,
                "helpers_attempts",
                3));
        all.put("is_stopping", false);
        all.put("job.receipt", null);
        all.put("worker", "helper");
        all.put("alive_seconds", 35);
        all.putAll(parameters);
        return jdbc.execute(
                read(file),
                all,
                statement -> statement.execute() ? ROWS.extractData(statement.getResultSet()) : List.of());
    }

    private static String read(String file) {
        try {
            return new ClassPathResource("camel/" + file)
                    .getContentAsString(StandardCharsets.UTF_8)
                    .replace(":?", ":");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return how many parts there are, and how many of them are done */
    private Map<String, Object> plan(String video, String claim, int parts, String digest) {
        String firsts =
                IntStream.range(0, parts).mapToObj(i -> "" + 100 * i).toList().toString();
        String counts = IntStream.range(0, parts).mapToObj(i -> "100").toList().toString();
        List<Map<String, Object>> rows = run(
                "job/plan-parts.sql",
                Map.of(
                        "video_id", video,
                        "claim_token", claim,
                        "parts.digest", digest,
                        "parts.firstFrames", firsts.replace('[', '{').replace(']', '}'),
                        "parts.frameCounts", counts.replace('[', '{').replace(']', '}')));
        return rows.isEmpty() ? Map.of() : rows.get(0);
    }

    /** @return null when there is none */
    private Map<String, Object> claim(String video, String claim) {
        return claim(video, claim, Map.of());
    }

    private Map<String, Object> claim(String video, String claim, Map<String, Object> other) {
        Map<String, Object> parameters = new HashMap<>(Map.of("video_id", video, "claim_token", claim));
        parameters.putAll(other);
        return run("job/claim-part.sql", parameters).stream().findFirst().orElse(null);
    }

    private boolean note(String video, String claim, Map<String, Object> part) {
        return !run(
                        "job/note-part.sql",
                        Map.of(
                                "video_id",
                                video,
                                "claim_token",
                                claim,
                                "part.plan_id",
                                part.get("plan_id"),
                                "part.number",
                                part.get("number"),
                                "part_key",
                                "processed/" + claim + "/" + part.get("number"),
                                "parts.made.sha256",
                                "digest",
                                "parts.made.bytes",
                                1000L,
                                "parts.made.parameters",
                                "0164"))
                .isEmpty();
    }

    private void set(String columns, String video) {
        database.update("UPDATE parts SET " + columns + " WHERE video_id = CAST(? AS uuid)", video);
    }

    private int count(String condition) {
        return database.queryForObject("SELECT count(*) FROM parts WHERE " + condition, Integer.class);
    }

    private <T> List<T> atOnce(List<Callable<T>> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(work.size());
        try {
            List<T> all = new ArrayList<>();
            for (Future<T> one : pool.invokeAll(work)) {
                all.add(one.get());
            }
            return all;
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void eightClaimersDoEachPartOnce() throws Exception {
        int parts = 120;
        String claim = token();
        String video = insert("processing", claim);
        assertThat(plan(video, claim, parts, "a"))
                .containsEntry("number", (long) parts)
                .containsEntry("done", 0L);
        Map<Object, Integer> done = new ConcurrentHashMap<>();

        List<Callable<Integer>> claimers = new ArrayList<>();
        for (int i = 0; i < CLAIMERS; i++) {
            String own = i == 0 ? claim : token();
            claimers.add(() -> {
                int mine = 0;
                for (Map<String, Object> part = claim(video, own); part != null; part = claim(video, own)) {
                    done.merge(part.get("number"), 1, Integer::sum);
                    assertThat(note(video, own, part)).isTrue();
                    mine++;
                }
                return mine;
            });
        }
        List<Integer> each = atOnce(claimers);

        System.out.printf(
                "RESULT parts-claimed parts=%d claimers=%d each=%s twice=%d lost=%d%n",
                parts, CLAIMERS, each, done.values().stream().filter(n -> n > 1).count(), parts - done.size());
        assertThat(done)
                .hasSize(parts)
                .allSatisfy((number, times) -> assertThat(times).isEqualTo(1));
        assertThat(each.stream().mapToInt(n -> n).sum()).isEqualTo(parts);
        assertThat(run("job/list-parts.sql", Map.of("video_id", video, "claim_token", claim)))
                .hasSize(parts)
                .allSatisfy(row -> assertThat(row).containsEntry("part_state", "done"));
    }

    @Test
    void aClaimThatIsAskedAgainIsTheSame() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 3, "a");
        assertThat(plan(video, claim, 3, "a")).containsEntry("number", 3L);
        assertThat(count("true")).isEqualTo(3);
        String helper = token();
        Map<String, Object> part = claim(video, helper);
        assertThat(claim(video, helper)).containsEntry("number", part.get("number"));
        assertThat(count("attempts = 1")).isEqualTo(1);
        assertThat(note(video, helper, part)).isTrue();
        assertThat(note(video, helper, part)).isTrue();
        assertThat(count("part_state = 'done'")).isEqualTo(1);
    }

    @Test
    void aPartWhoseWorkerIsGoneIsTakenOver() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 1, "a");
        String frozen = token();
        Map<String, Object> part = claim(video, frozen);
        assertThat(claim(video, claim)).as("its lease holds").isNull();
        set("lease_until = now() - interval '1 s'", video);
        Map<String, Object> again = claim(video, claim);
        assertThat(again).containsEntry("number", part.get("number"));
        assertThat(note(video, frozen, part)).as("it comes back late").isFalse();
        assertThat(note(video, claim, again)).isTrue();
        assertThat(count("part_state = 'done' AND helped_seconds IS NULL")).isEqualTo(1);
    }

    @Test
    void theNextClaimOfTheJobGoesOnWithWhatIsDone() {
        String first = token();
        String video = insert("processing", first);
        plan(video, first, 4, "a");
        note(video, first, claim(video, first));
        claim(video, first);
        String helper = token();
        Map<String, Object> helped = claim(video, helper);

        String second = token();
        database.update("UPDATE videos SET claim_token = CAST(? AS uuid) WHERE id = CAST(? AS uuid)", second, video);
        assertThat(claim(video, token())).as("nobody goes by the plan yet").isNull();
        assertThat(plan(video, first, 4, "a")).as("a lost claim plans nothing").isEmpty();
        assertThat(plan(video, second, 4, "a")).containsEntry("number", 4L).containsEntry("done", 1L);
        assertThat(run("job/list-parts.sql", Map.of("video_id", video, "claim_token", first)))
                .isEmpty();
        assertThat(note(video, helper, helped)).as("who helped goes on").isTrue();
        // The part that the lost claim was at is free at once.
        assertThat(claim(video, second)).containsEntry("number", 1);
        assertThat(claim(video, token())).containsEntry("number", 3);
    }

    @Test
    void byAnotherDigestOrBuildItIsPlannedAgain() {
        String first = token();
        String video = insert("processing", first);
        plan(video, first, 4, "a");
        String helper = token();
        Map<String, Object> helped = claim(video, helper);

        String second = token();
        database.update("UPDATE videos SET claim_token = CAST(? AS uuid) WHERE id = CAST(? AS uuid)", second, video);
        assertThat(plan(video, second, 5, "b")).containsEntry("number", 5L).containsEntry("done", 0L);
        assertThat(count("true")).isEqualTo(5);
        assertThat(note(video, helper, helped)).as("of a plan that is gone").isFalse();
        assertThat(claim(video, helper, Map.of("build", "ffmpeg 6")))
                .as("by another build")
                .isNull();
        assertThat(claim(video, helper)).isNotNull();
    }

    @Test
    void helpersLeaveWhatIsNotTheirs() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 4, "a");
        assertThat(claim(video, token(), Map.of("account_at_once", 1)))
                .as("the account's limit")
                .isNull();
        assertThat(claim(video, claim, Map.of("account_at_once", 1)))
                .as("the job's own worker")
                .isNotNull();
        assertThat(claim(video, token(), Map.of("account_at_once", 2))).isNotNull();
        assertThat(claim(video, token(), Map.of("account_at_once", 2)))
                .as("two run")
                .isNull();

        String due = insert("uploaded", null);
        assertThat(claim(video, token())).as("a job is due").isNull();
        database.update("UPDATE videos SET not_before = now() + interval '1 hour' WHERE id = CAST(? AS uuid)", due);
        set("attempts = 3", video);
        assertThat(claim(video, token())).as("tried three times").isNull();
        database.update("UPDATE parts SET part_state = 'waiting', claim_token = NULL");
        assertThat(claim(video, claim)).as("the job's own worker").isNotNull();
    }

    @Test
    void aClaimOfAJobCountsThePartsOfOthers() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 4, "a");
        database.update("UPDATE shares SET at_once = 3, since = now() - interval '2 days'");
        claim(video, claim);
        claim(video, token());
        claim(video, token());
        String due = insert("uploaded", null);
        assertThat(claimJob(due)).as("one job and two parts run").isEqualTo("early");
        assertThat(claim(video, token())).as("nor is there a third part").isNull();

        set("lease_until = now() - interval '1 s'", video);
        database.update("UPDATE shares SET at_once = 2");
        assertThat(claimJob(due)).as("workers that are gone do nothing").isEqualTo("claimed");
    }

    /** What is not due for a claim of a job keeps nobody from helping. */
    @Test
    void anAccountAtItsLimitKeepsNobodyFromHelpingAnother() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 4, "a");
        database.update("UPDATE shares SET at_once = 2");
        claim(video, token());
        insert("uploaded", null);
        String other = token();
        String others = insert(token(), "processing", other);
        plan(others, other, 1, "a");
        assertThat(claim(others, token())).isNotNull();
    }

    private Object claimJob(String video) {
        return new ClaimStatement(jdbc, 50, 50)
                .run(video, OWNER, "uploads/" + video, 0, token())
                .get("outcome");
    }

    @Test
    void aPartThatIsGivenBackIsFree() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 1, "a");
        String helper = token();
        claim(video, helper);
        run("job/give-part-back.sql", Map.of("video_id", video, "claim_token", helper));
        assertThat(count("part_state = 'waiting' AND attempts = 1 AND claim_token IS NULL"))
                .isEqualTo(1);
        claim(video, helper);
        run("job/give-part-back.sql", Map.of("video_id", video, "claim_token", helper, "is_stopping", "true"));
        assertThat(count("part_state = 'waiting' AND attempts = 1")).isEqualTo(1);
        assertThat(receipts()).as("no help has begun").isEmpty();
    }

    @Test
    void aHelpHasAReceipt() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 1, "a");
        String helper = token();
        note(video, helper, claim(video, helper));
        // The job's own worker needs no more than the part.
        database.update(
                "UPDATE videos SET status = 'processed', processed_key = 'p' WHERE id = CAST(? AS uuid)", video);
        Map<String, Object> used =
                Map.of("video_id", video, "claim_token", helper, "job.receipt", "{\"cpu_ms\": {\"ffmpeg\": 7}}");
        run("job/give-part-back.sql", used);
        assertThat(receipts()).containsExactly("helped by helper: 7");
        run("job/give-part-back.sql", used);
        assertThat(receipts()).as("asked again").hasSize(1);

        database.update("DELETE FROM videos");
        run("job/give-part-back.sql", used);
        assertThat(receipts()).as("of a video that is gone").isEmpty();
    }

    private List<String> receipts() {
        return database.queryForList(
                "SELECT outcome || ' by ' || worker || ': ' || (measured #>> '{cpu_ms,ffmpeg}') FROM receipts",
                String.class);
    }

    @Test
    void leasesAreRenewedUntilTheJobEnds() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 2, "a");
        String helper = token();
        claim(video, claim, Map.of("lease_seconds", 10.0));
        claim(video, helper, Map.of("lease_seconds", 10.0));
        assertThat(renewed(claim, helper)).containsExactlyInAnyOrder(claim, helper);
        assertThat(count("lease_until > now() + interval '30 minutes'")).isEqualTo(2);
        assertThat(stopped(claim, helper)).isEmpty();

        database.update("UPDATE videos SET status = 'cancelled' WHERE id = CAST(? AS uuid)", video);
        assertThat(count("true")).isZero();
        assertThat(renewed(claim, helper)).isEmpty();
        assertThat(stopped(claim, helper)).contains(claim).contains(helper);
    }

    private List<Object> renewed(String claim, String helper) {
        return run("job/keep-lease.sql", Map.of("claim_tokens", "{" + claim + "}", "helper_tokens", "{" + helper + "}"))
                .stream()
                .map(row -> row.get("claim_token"))
                .toList();
    }

    private String stopped(String claim, String helper) {
        return (String) run(
                        "intake/watch-commands.sql",
                        Map.of("claim_tokens", "{" + claim + "}", "helper_tokens", "{" + helper + "}"))
                .get(0)
                .get("cancelled");
    }

    @Test
    void whatOthersDidIsTheAccountsAndLearned() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 2, "a");
        String helper = token();
        Map<String, Object> part = claim(video, helper);
        set("claimed_at = now() - interval '400 s'", video);
        double before = virtualTime();
        note(video, helper, part);
        assertThat(virtualTime() - before).isBetween(400.0, 420.0);
        note(video, claim, claim(video, claim));
        assertThat(virtualTime() - before)
                .as("the job's own worker is charged by the job")
                .isBetween(400.0, 420.0);

        database.update(
                "UPDATE videos SET status = 'processed', processed_key = 'p' WHERE id = CAST(? AS uuid)", video);
        assertThat(count("true")).isZero();
        // 200 MB
        assertThat(database.queryForObject("SELECT seconds_per_megabyte FROM work_rates", Double.class))
                .isBetween(1.9, 2.2);
    }

    private double virtualTime() {
        return database.queryForObject("SELECT virtual_time FROM shares", Double.class);
    }

    @Test
    void asManyAreWokenAsCouldHelp() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 6, "a");
        assertThat(woken(video, claim)).isZero();
        worker("owner", 2, "");
        worker("idle", 2, "");
        worker("closed", 2, "disk");
        assertThat(woken(video, claim)).isEqualTo(2);
        claim(video, token(), Map.of("worker", "idle"));
        assertThat(woken(video, claim)).as("one slot helps").isEqualTo(1);
        worker("large", 9, "");
        assertThat(woken(video, claim)).as("the parts that wait").isEqualTo(5);
        assertThat(woken(video, token())).as("a lost claim").isZero();
    }

    /** Their messages come back, so that more and more of them would be in the queue. */
    @Test
    void atTheLastAttemptOthersAreWokenUntilAPartIsDone() {
        String claim = token();
        String video = insert("processing", claim);
        plan(video, claim, 6, "a");
        worker("idle", 2, "");
        database.update("UPDATE videos SET attempts = 5 WHERE id = CAST(? AS uuid)", video);
        assertThat(woken(video, claim)).isEqualTo(2);

        note(video, claim, claim(video, claim));

        assertThat(woken(video, claim)).isZero();
        database.update("UPDATE videos SET attempts = 4 WHERE id = CAST(? AS uuid)", video);
        assertThat(woken(video, claim)).isEqualTo(2);
    }

    private int woken(String video, String claim) {
        List<Map<String, Object>> messages =
                run("job/wake-helpers.sql", Map.of("video_id", video, "claim_token", claim, "worker", "owner"));
        assertThat(messages)
                .allSatisfy(row -> assertThat((String) row.get("job_message")).contains(video));
        return messages.size();
    }

    private void worker(String name, int slots, String closedBy) {
        database.update("INSERT INTO workers (name, slots, closed_by) VALUES (?, ?, ?)", name, slots, closedBy);
    }
}
