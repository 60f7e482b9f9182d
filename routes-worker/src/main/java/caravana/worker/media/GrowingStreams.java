package caravana.worker.media;

import caravana.checks.StepOnly;
import caravana.worker.job.RunningJob;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.support.SynchronizationAdapter;
import org.springframework.stereotype.Component;

/** The renditions that this worker is encoding, whose segments are stored and published meanwhile. */
@Component("growingStreams")
public class GrowingStreams {

    private final Map<String, GrowingStream> byClaimToken = new ConcurrentHashMap<>();

    /**
     * Registers the renditions of a run until its exchange ends, as the exchange property {@code growing}. With a
     * target size, the video may be encoded again, so nothing of the first run is published.
     */
    @StepOnly
    public void open(
            Exchange exchange,
            @ExchangeProperty("job") RunningJob job,
            @ExchangeProperty("plan") TranscodePlan plan,
            @ExchangeProperty("target_size") TargetSize size,
            @ExchangeProperty("results_folder") String folder) {
        PlannedLadder ladder = plan.ladder();
        if (ladder == null || size.isWanted()) {
            return;
        }
        GrowingStream growing = new GrowingStream(job, ladder, folder);
        byClaimToken.put(job.getClaimToken(), growing);
        exchange.setProperty("growing", growing);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                growing.giveUp();
                byClaimToken.remove(job.getClaimToken());
            }
        });
    }

    /** Returns the renditions that are being encoded. */
    public List<GrowingStream> running() {
        return List.copyOf(byClaimToken.values());
    }

    /**
     * Acquires the right to cut and store until the exchange ends.
     *
     * @return false when another thread has it, or nothing more may be stored
     */
    @StepOnly
    public boolean begin(Exchange exchange, @ExchangeProperty("growing") GrowingStream growing) {
        if (growing.getJob().getTool().killed() != null || !growing.begin()) {
            return false;
        }
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                growing.pause();
            }
        });
        return true;
    }

    /**
     * Appends this worker's own parts that come next.
     *
     * @param rows the state of all parts
     * @return the files of the next part, if another worker has stored it
     * @throws IOException when a file cannot be read or written
     */
    public List<VideoParts.Stored> missing(
            @ExchangeProperty("growing") GrowingStream growing, @Body List<Map<String, Object>> rows)
            throws IOException {
        return growing.getJoined().missing(rows);
    }

    /**
     * Appends a downloaded part.
     *
     * @throws IOException when a file cannot be read or written
     */
    public void takePart(
            @ExchangeProperty("growing") GrowingStream growing,
            @ExchangeProperty("fetched") List<VideoParts.Stored> fetched)
            throws IOException {
        fetched.forEach(part -> growing.getJob().read(part.file().toFile().length()));
        growing.getJoined().take(fetched);
    }

    /**
     * Cuts the segments that have become complete.
     *
     * @return whether there is something to store
     * @throws IOException when a file cannot be read or written
     */
    public boolean cut(@ExchangeProperty("growing") GrowingStream growing) throws IOException {
        return growing.cut();
    }

    /** Notes that the renditions have rows. */
    public void noteAnnouncement(@ExchangeProperty("growing") GrowingStream growing) {
        growing.setNoted();
    }

    /** Notes that the cut segments are listed. */
    public void noteListed(@ExchangeProperty("growing") GrowingStream growing) {
        growing.listed();
    }

    /** Ends a stream whose claim was lost. */
    public void giveUp(@ExchangeProperty("growing") GrowingStream growing) {
        growing.giveUp();
    }
}
