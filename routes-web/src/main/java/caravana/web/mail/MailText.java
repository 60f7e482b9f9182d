package caravana.web.mail;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The text of a mail.
 *
 * @param subject the subject line
 * @param body the content
 */
record MailText(String subject, String body) {

    /** The languages of mails. The first one is for recipients whose languages are all unknown. */
    private static final List<String> LANGUAGES = List.of("en", "es");

    /**
     * The texts by kind and language. {@code {site}}, {@code {link}}, {@code {minutes}} and {@code {hours}} are
     * replaced.
     */
    private static final Map<String, MailText> TEXTS = Map.of(
            "reset en",
            new MailText("Choose a new password for Caravana", """
                    Somebody asked for a new password for your account at {site}.

                    Choose one within {minutes} minutes:

                    {link}

                    A new password ends all sessions of the account and deletes its API keys. The link works once.

                    If you did not ask for it, do nothing: your password does not change.
                    """),
            "reset es",
            new MailText("Elige una nueva contraseña para Caravana", """
                    Alguien pidió una nueva contraseña para tu cuenta en {site}.

                    Elígela en los próximos {minutes} minutos:

                    {link}

                    Una nueva contraseña cierra todas las sesiones de la cuenta y elimina sus claves de API. El enlace sirve una sola vez.

                    Si no la pediste, no hagas nada: tu contraseña no cambia.
                    """),
            "verify en",
            new MailText("Confirm your e-mail address for Caravana", """
                    Somebody created an account with this e-mail address at {site}.

                    Confirm within {hours} hours that this address is yours:

                    {link}

                    If you did not create an account, do nothing.
                    """),
            "verify es",
            new MailText("Confirma tu correo para Caravana", """
                    Alguien creó una cuenta con este correo en {site}.

                    Confirma en las próximas {hours} horas que este correo es tuyo:

                    {link}

                    Si no creaste ninguna cuenta, no hagas nada.
                    """),
            "change en",
            new MailText("Confirm your new e-mail address for Caravana", """
                    Someone asked to use this e-mail address for an account at {site}.

                    Confirm it within {minutes} minutes:

                    {link}

                    Until then the account keeps its former address. If you did not ask for it, do nothing.
                    """),
            "change es",
            new MailText("Confirma tu nuevo correo para Caravana", """
                    Alguien quiere usar este correo para una cuenta en {site}.

                    Confírmalo en los próximos {minutes} minutos:

                    {link}

                    Hasta entonces la cuenta conserva su correo anterior. Si no lo pediste, no hagas nada.
                    """),
            "notice en",
            new MailText("Change of the e-mail address of your Caravana account", """
                    Somebody who knows your password asked for another e-mail address for your account at {site}. The account has it
                    as soon as the new address is confirmed.

                    If it was you, do nothing. If it was not, choose a new password now: at {site}, follow "Forgot your password?".
                    """),
            "notice es",
            new MailText("Tu cuenta de Caravana va a tener otro correo", """
                    Alguien que conoce tu contraseña pidió otro correo para tu cuenta en {site}. La cuenta lo tendrá en cuanto se
                    confirme el nuevo correo.

                    Si fuiste tú, no hagas nada. Si no, elige ya una nueva contraseña: en {site}, sigue «¿Olvidaste tu contraseña?».
                    """));

    /**
     * Returns the text of a mail.
     *
     * @param site address of the page
     * @param link address that the mail is about
     * @param life how long the link is valid
     */
    static MailText of(String kind, String language, String site, String link, Duration life) {
        MailText text = TEXTS.get(kind + " " + language);
        return new MailText(
                text.subject,
                text.body
                        .replace("{site}", site)
                        .replace("{link}", link)
                        .replace("{minutes}", String.valueOf(life.toMinutes()))
                        .replace("{hours}", String.valueOf(life.toHours())));
    }

    /**
     * Returns the language of a mail.
     *
     * @param accepted the header {@code Accept-Language}; null for none
     */
    static String language(String accepted) {
        try {
            List<Locale.LanguageRange> ranges = Locale.LanguageRange.parse(accepted == null ? "" : accepted);
            String found = Locale.lookupTag(ranges, LANGUAGES);
            return found == null ? LANGUAGES.get(0) : found;
        } catch (IllegalArgumentException malformed) {
            return LANGUAGES.get(0);
        }
    }
}
