package caravana.worker.job;

import caravana.worker.WorkerFixture;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.function.Consumer;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * Slots that work through units of known lengths, by the claim and the triggers as they stand in a real database whose
 * clock is this program's. So hours pass in seconds, and no result depends on the machine.
 */
final class SimulatedTime implements AutoCloseable {

    private static final String NOBODY = UUID.randomUUID().toString();
    private static final int NO_LIMIT = 10_000;

    /**
     * One unit of work, from its upload to its end.
     *
     * @param claimed when a slot took it, in seconds since the beginning
     * @param seconds that it takes
     */
    record Served(String video, String account, double queued, double claimed, double seconds) {

        double waited() {
            return claimed - queued;
        }

        double ended() {
            return claimed + seconds;
        }
    }

    private record Event(double at, long number, Runnable what) {}

    private record Unit(double queued, double seconds) {}

    private final SingleConnectionDataSource connection;
    private final JdbcTemplate jdbc;
    private final ClaimStatement claims;
    private final Instant beginning = Instant.parse("2030-01-01T00:00:00Z");
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingDouble(Event::at).thenComparingLong(Event::number));
    private final Map<String, Unit> units = new HashMap<>();
    private final Consumer<Served> served;
    private double now;
    private long numbers;
    private int free;

    /**
     * An empty queue.
     *
     * @param slots of all workers together
     * @param served is called at the end of each unit
     */
    SimulatedTime(int slots, Consumer<Served> served) {
        free = slots;
        this.served = served;
        connection = new SingleConnectionDataSource(
                WorkerFixture.DATABASE.getJdbcUrl(),
                WorkerFixture.DATABASE.getUsername(),
                WorkerFixture.DATABASE.getPassword(),
                true);
        jdbc = new JdbcTemplate(connection);
        claims = new ClaimStatement(new NamedParameterJdbcTemplate(jdbc), NO_LIMIT, NO_LIMIT);
        jdbc.execute("CREATE SCHEMA IF NOT EXISTS simulated");
        jdbc.execute("CREATE OR REPLACE FUNCTION simulated.now() RETURNS timestamptz LANGUAGE sql STABLE"
                + " AS 'SELECT CAST(current_setting(''simulated.now'') AS timestamptz)'");
        jdbc.execute("SET search_path TO simulated, pg_catalog, public");
        setClock();
        for (String table : new String[] {"renditions", "videos", "shares", "work_rates", "workers"}) {
            jdbc.update("DELETE FROM " + table);
        }
        jdbc.update("UPDATE dispatch SET virtual_time = 0");
        jdbc.update("INSERT INTO workers (name, slots, seen_at) VALUES ('w:1', ?, 'infinity')", slots);
    }

    JdbcTemplate jdbc() {
        return jdbc;
    }

    double now() {
        return now;
    }

    private void setClock() {
        jdbc.queryForObject(
                "SELECT set_config('simulated.now', ?, false)",
                String.class,
                beginning.plusNanos((long) (now * 1e9)).toString());
    }

    /** Runs something at a moment, before what was planned for the same moment later. */
    void at(double moment, Runnable what) {
        events.add(new Event(moment, numbers++, what));
    }

    /**
     * A video is uploaded now.
     *
     * @param megabytes by which its work is predicted
     * @param seconds that it will take
     */
    String upload(String account, double megabytes, double seconds) {
        String video = UUID.randomUUID().toString();
        units.put(video, new Unit(now, seconds));
        jdbc.update(
                "INSERT INTO videos (id, owner_id, status, original_key, original_bytes, transformations, expires_at,"
                        + " uploaded_at, not_before) VALUES (CAST(? AS uuid), CAST(? AS uuid), 'uploaded', ?, ?, '[]',"
                        + " now() + interval '1 hour', now(), now())",
                video,
                account,
                "uploads/" + video,
                Math.max(1, (long) (megabytes * 1e6)));
        at(now, this::serve);
        return video;
    }

    /** Every free slot takes what is next. */
    private void serve() {
        while (free > 0) {
            Map<String, Object> unit = claims.run(
                    NOBODY, NOBODY, "uploads/gone", 0, UUID.randomUUID().toString());
            if (!"claimed".equals(unit.get("outcome"))) {
                return;
            }
            free--;
            String video = (String) unit.get("video_id");
            Unit known = units.get(video);
            Served done = new Served(video, (String) unit.get("owner_id"), known.queued(), now, known.seconds());
            at(done.ended(), () -> end(done));
        }
    }

    private void end(Served done) {
        jdbc.update(
                "UPDATE videos SET status = 'processed', processed_key = 'p' WHERE id = CAST(? AS uuid)", done.video());
        free++;
        served.accept(done);
        serve();
    }

    /** Until nothing is planned any more, or that moment has come. */
    void run(double until) {
        while (!events.isEmpty() && events.peek().at() <= until) {
            Event event = events.poll();
            if (event.at() > now) {
                now = event.at();
                setClock();
            }
            event.what().run();
        }
    }

    @Override
    public void close() {
        jdbc.execute("RESET search_path");
        jdbc.execute("DROP SCHEMA simulated CASCADE");
        for (String table : new String[] {"videos", "shares", "work_rates", "workers"}) {
            jdbc.update("DELETE FROM " + table);
        }
        jdbc.update("UPDATE dispatch SET virtual_time = 0");
        connection.destroy();
    }
}
