package caravana.measure;

/** A measurement could not be made; the message is for the person who requested it. */
public final class MeasurementException extends RuntimeException {

    public MeasurementException(String message) {
        super(message);
    }
}
