package caravana.worker.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PacketTimesTest {

    private static final Offset<Double> MICROSECOND = within(1e-6);
    private static final Track VIDEO = Sources.of(1, "25/1").video();

    private final PacketTimes packets = new PacketTimes(true, Set.of(VIDEO.index()));

    /** @param frames 25 a second */
    private void add(double from, int frames) {
        for (int frame = 0; frame < frames; frame++) {
            add(from + frame / 25.0, "0.040000", frame == 0 ? "K_" : "__");
        }
    }

    private void add(double time, String duration, String flags) {
        packets.add(VIDEO.index() + "," + time + "," + time + "," + duration + ",N/A," + flags);
    }

    private PacketTimes.Times times() {
        return packets.of(VIDEO);
    }

    /** Two recordings, one behind the other in one file; in the first, sound continues for longer than the picture. */
    @Test
    void aRecordingWhoseClockBeginsAnewFollowsTheOneBefore() {
        PacketTimes joined = new PacketTimes(false, Set.of(VIDEO.index()));
        for (int recording = 0; recording < 2; recording++) {
            for (int frame = 0; frame < 50; frame++) {
                joined.add(VIDEO.index() + "," + frame / 25.0 + ",N/A,0.040000,N/A," + (frame % 10 == 0 ? "K_" : "__"));
            }
            joined.add("1,0.000000,N/A,3.000000,N/A,K_");
        }

        assertThat(joined.joins())
                .singleElement()
                .satisfies(shift -> assertThat(shift).isCloseTo(3, MICROSECOND));
        assertThat(joined.of(VIDEO).length()).isCloseTo(5, MICROSECOND);
    }

    /** Otherwise its picture would begin between two frames. */
    @Test
    void soundThatIsLongerByLessThanAFrameDelaysNoRecording() {
        PacketTimes joined = new PacketTimes(false, Set.of(VIDEO.index()));
        for (int recording = 0; recording < 2; recording++) {
            joined.add("1,0.000000,N/A,2.014000,N/A,K_");
            for (int frame = 0; frame < 50; frame++) {
                joined.add(VIDEO.index() + "," + frame / 25.0 + ",N/A,0.040000,N/A," + (frame % 10 == 0 ? "K_" : "__"));
            }
        }

        assertThat(joined.joins())
                .singleElement()
                .satisfies(shift -> assertThat(shift).isCloseTo(2, MICROSECOND));
    }

    @Test
    void framesAreEvenlySpacedOrNot() {
        for (int frame = 0; frame < 100; frame++) {
            // What is left out at times, and what a clock of milliseconds rounds, is not uneven.
            if (frame % 10 != 3) {
                add(Math.round(frame * 1000 / 60.0) / 1000.0, "0.016000", "K_");
            }
        }
        assertThat(times().isEven()).isTrue();

        PacketTimes recording = new PacketTimes(false, Set.of(VIDEO.index()));
        double time = 0;
        for (int frame = 0; frame < 100; frame++) {
            recording.add(VIDEO.index() + "," + time + "," + time + ",N/A,N/A,K_");
            time += new double[] {0.030, 0.030, 0.033, 0.060, 0.030}[frame % 5];
        }
        assertThat(recording.of(VIDEO).medianDistance()).isCloseTo(0.030, MICROSECOND);
        assertThat(recording.of(VIDEO).isEven()).isFalse();
    }

    @Test
    void aBeginningThatCannotBeDecodedIsMeasured() {
        add(1, 1);
        assertThat(times().lead()).isZero();

        PacketTimes cut = new PacketTimes(true, Set.of(VIDEO.index()));
        for (int frame = 0; frame < 50; frame++) {
            cut.add(VIDEO.index() + "," + frame / 25.0 + ",N/A,0.040000,N/A," + (frame == 30 ? "K_" : "__"));
        }
        assertThat(cut.of(VIDEO).lead()).isCloseTo(1.2, MICROSECOND);
    }

    @Test
    void aJumpOfTheClockIsClosed() {
        add(1.4, 50);
        add(71.4, 50);
        add(0, 25);

        assertThat(times().length()).isCloseTo(5, MICROSECOND);
        assertThat(times().gapsClosed()).isEqualTo(2);
        assertThat(times().start()).isCloseTo(1.4, MICROSECOND);
    }

    @Test
    void aGapOfLessThanTenSecondsStays() {
        add(0, 25);
        add(9, 25);

        assertThat(times().length()).isCloseTo(10, MICROSECOND);
        assertThat(times().gapsClosed()).isZero();
    }

    @Test
    void itBeginsWithTheFirstFrameThatCanBeDecoded() {
        add(0.0, "0.040000", "__");
        add(0.04, "0.040000", "__");
        add(0.08, "0.040000", "K_");

        assertThat(times().start()).isCloseTo(0.08, MICROSECOND);
        assertThat(times().length()).isCloseTo(0.04, MICROSECOND);
    }

    @Test
    void farJumpsThatGoBackAreDamageAndAPauseIsNot() {
        add(0, 25);
        add(20, 25);
        assertThat(times().gapsClosed()).isEqualTo(1);
        assertThat(times().farJumps()).isZero();

        add(0.5, 25);
        assertThat(times().farJumps()).isEqualTo(2);
    }

    @Test
    void whatAnEditListLeavesOutIsNotShown() {
        add(0, 25);
        add(1.0, "0.040000", "_D");

        assertThat(times().length()).isCloseTo(1, MICROSECOND);
    }

    /** As a phone cuts a recording: decoding begins at a frame that is not shown. */
    @Test
    void anEditListMayBeginBetweenFramesFromWhichDecodingCanBegin() {
        add(-0.08, "0.040000", "KD");
        add(-0.04, "0.040000", "_D");
        add(0, "0.040000", "__");
        add(0.04, "0.040000", "__");
        add(0.08, "0.040000", "K_");

        assertThat(times().start()).isZero();
        assertThat(times().length()).isCloseTo(0.12, MICROSECOND);
    }

    @Test
    void aLastFrameOfAnHourIsAMistakeAndAStillIsNot() {
        add(0, 25);
        add(1.0, "3600.000000", "__");
        assertThat(times().isEndAMistake()).isTrue();
        assertThat(times().length()).isCloseTo(1.04, MICROSECOND);

        PacketTimes still = new PacketTimes(false, Set.of(VIDEO.index()));
        still.add(VIDEO.index() + ",0.000000,0.000000,90.000000,N/A,K_");
        assertThat(still.of(VIDEO).isEndAMistake()).isFalse();
        assertThat(still.of(VIDEO).length()).isCloseTo(90, MICROSECOND);
    }

    @Test
    void theMedianDistanceIsTheOneOfMostFrames() {
        add(0.0, "6.000000", "K_");
        add(6, 50);

        assertThat(times().medianDistance()).isCloseTo(0.04, MICROSECOND);
    }

    @Test
    void linesThatAreNoPacketsAreLeftOut() {
        packets.add("");
        packets.add("2,N/A");
        packets.add("x,1,1,1,1,K_");

        assertThat(times().packets()).isZero();
        assertThat(times().length()).isZero();
    }

    @Test
    void theLastPositionIsThatOfAFrameThatIsShown() {
        assertThat(times().lastPosition()).isEqualTo(-1);
        packets.add("2,0.000000,0.000000,0.040000,500,K_");
        packets.add("2,0.040000,0.040000,0.040000,N/A,__");
        packets.add("2,0.080000,0.080000,0.040000,900,_D");
        packets.add("1,0.080000,0.080000,0.040000,950,K_");

        assertThat(times().lastPosition()).isEqualTo(500);
    }

    @Test
    void framesWithTimesOfDecodingAloneAreNotDated() {
        packets.add("2,N/A,0.000000,0.040000,0,K_");
        packets.add("2,0.040000,0.040000,0.040000,500,__");
        assertThat(times().isDated()).isFalse();

        packets.add("2,0.080000,0.080000,0.040000,900,K_");
        assertThat(times().isDated()).isTrue();
    }
}
