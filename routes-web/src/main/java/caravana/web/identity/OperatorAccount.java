package caravana.web.identity;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.ApplicationRunner;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Creates the operator's account from the settings, because the first operator cannot be appointed by another one. */
@Component
class OperatorAccount implements ApplicationRunner {

    private static final Logger log = LoggerFactory.getLogger(OperatorAccount.class);

    private static final int MIN_PASSWORD = 12;

    private final IdentityProperties identity;
    private final Passwords passwords;
    private final JdbcTemplate jdbc;

    OperatorAccount(IdentityProperties identity, Passwords passwords, JdbcTemplate jdbc) {
        this.identity = identity;
        this.passwords = passwords;
        this.jdbc = jdbc;
        if (wanted() && identity.operatorPassword().length() < MIN_PASSWORD) {
            throw new SettingRefusedException(
                    "CARAVANA_OPERATOR_PASSWORD has fewer than " + MIN_PASSWORD + " characters.",
                    "Set a longer one, or leave CARAVANA_OPERATOR_EMAIL empty for no operator's account.");
        }
    }

    private boolean wanted() {
        return !identity.outside() && !identity.operatorEmail().isBlank();
    }

    @Override
    public void run(ApplicationArguments arguments) {
        if (!wanted()) {
            return;
        }
        String email = Accounts.email(identity.operatorEmail());
        String current = jdbc
                .queryForList(
                        "SELECT password_hash FROM users WHERE email = ? AND role = 'operator'", String.class, email)
                .stream()
                .findFirst()
                .orElse(null);
        if (passwords.matches(identity.operatorPassword(), current)) {
            return;
        }
        jdbc.update("""
                INSERT INTO users (email, password_hash, role, first_name, last_name, city, country)
                VALUES (?, ?, 'operator', 'Operator', '-', '-', '-')
                ON CONFLICT (email) DO UPDATE SET password_hash = excluded.password_hash, role = 'operator'
                """, email, passwords.hash(identity.operatorPassword()));
        log.info("The operator's account has the password of the settings");
    }
}
